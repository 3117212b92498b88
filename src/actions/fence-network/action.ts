import { allowedWorkers } from '../fence/still-allowed.ts';
import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { type FenceNetworkParams, fenceNetworkParameters } from './params.ts';

/** Keeps API clients away from the API servers in the network, for hosts that cannot be reached. */
export const fenceNetwork = defineAction({
  name: 'fence-network',
  title: 'Keep API clients away from the API servers in the network',
  danger: 'severe',
  scope: 'cloud',
  parameters: fenceNetworkParameters,
  summary: (p) =>
    `deny ${p.from.length > 0 ? p.from.join(', ') : "the workers' subnets"} the port of the API in the network` +
    ` (${p.with.join(', else ')})${p.allow.length > 0 ? `, but not ${p.allow.join(', ')}` : ''}; ` +
    'NO timer reverts it: it stands until undo',
  counted: () => [{ one: 'host', many: 'hosts', done: 'fenced' }],
  // It restores access, so it must be easy.
  undo: {
    summary: (p: FenceNetworkParams) =>
      `let ${p.from.length > 0 ? p.from.join(', ') : "the workers' subnets"} reach the API again, all at once`,
    danger: 'change',
  },
  silencesKubelets: () => true,
  warnings: (p, context) => allowedWorkers(p.allow, context),
  cloud: cloudSide(),
});
