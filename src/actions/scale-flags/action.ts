import type { Target } from '../../kit/types.ts';
import { apiInputs } from '../../node/api-inputs.ts';
import type { ActionContext } from '../../node/types.ts';
import manifest from '../pause/manifest.sh';
import manifestRead from '../pause/manifest-read.sh';
import { defineAction } from '../types.ts';
import edit from './edit.sh';
import node from './node.sh';
import { scaleFlagsParameters } from './params.ts';
import replace from './replace.sh';
import servers from './servers.sh';
import undo from './undo.sh';

/** Sets flags of the API server in its static pod manifest, one host after another. */
export const scaleFlags = defineAction({
  name: 'scale-flags',
  title: 'Set flags of the API servers',
  danger: 'severe',
  scope: 'node',
  oneByOne: true,
  parameters: scaleFlagsParameters,
  summary: (p) =>
    `restart each API server with ${p.flag.map((flag) => `--${flag}`).join(' ')}; one at a time, ` +
    `back to the former manifest where it is not ready within ${p.wait}s`,
  counted: () => [{ one: 'API server', many: 'API servers', done: 'restarted with other flags' }],
  back: { canary: '0', wave: '1', pauseMs: 0 },
  undo: {
    summary: () => 'put the former manifest back: restarts each API server, one at a time',
    danger: 'severe',
  },
  node: {
    fragments: { node, edit, replace, servers, undo, manifest, 'manifest-read': manifestRead },
    variables: (p, target, context) => ({
      P_FLAG: p.flag.join(' '),
      IN_OTHERS: p.lastServer ? '' : others(target, context).join(' '),
      P_WAIT: String(p.wait),
      ...apiInputs(context),
    }),
  },
});

/** The addresses of the other API servers. */
function others({ name }: Target, { nodes }: ActionContext): string[] {
  return nodes
    .filter((node) => node.roles.includes('control-plane') && node.name !== name)
    .map(({ internalAddress, address }) => internalAddress ?? address);
}
