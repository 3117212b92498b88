import { addressSet, alwaysAllowed } from '../../node/addresses.ts';
import { apiPorts } from '../../node/api-ports.ts';
import type { ActionContext } from '../../node/types.ts';
import { defineAction } from '../types.ts';
import { clientsMisfit, clientsSummary, clientsVariables, meetsKubelet } from './clients.ts';
import { fragments } from './fragments.ts';
import { type FenceParams, fenceParameters } from './params.ts';
import { allowedWorkers } from './still-allowed.ts';

/** Keeps API clients away from the API, at its hosts or where they run; never the operator's own access. */
export const fence = defineAction({
  name: 'fence',
  title: 'Keep API clients away from the API servers',
  danger: 'severe',
  scope: 'node',
  parameters: fenceParameters,
  check: clientsMisfit,
  summary: (p) =>
    `${p.on === 'nodes' ? clientsSummary(p) : hostsSummary(p)}; each node reverts this after ${p.timer}s unless kept`,
  counted: (p) => [
    p.on === 'nodes'
      ? { one: 'node', many: 'nodes', done: 'fenced' }
      : { one: 'host', many: 'hosts', done: 'fenced' },
  ],
  // It restores access, so it must be easy.
  undo: {
    summary: () => 'remove the fence: API clients get through again, unless an earlier fence still holds',
    danger: 'change',
  },
  silencesKubelets: (p) => p.on === 'hosts' || meetsKubelet(p),
  warnings: (p, context) => (p.on === 'hosts' ? allowedWorkers(p.allow, context) : []),
  node: {
    fragments,
    variables(p, _target, context) {
      return {
        P_ON: p.on,
        P_TIMER: String(p.timer),
        P_RATE: String(p.rate),
        P_ONLY: p.only.join(' '),
        P_EXCEPT: p.except.join(' '),
        P_USER: p.user ?? '',
        ...NO_ADDRESSES,
        ...(p.on === 'nodes' ? clientsVariables(p, context) : hostsVariables(p, context)),
      };
    },
    armed: () => true,
  },
});

/** The script is one for both places: each has the other's inputs too, empty. */
const NO_ADDRESSES = Object.fromEntries(
  ['ALLOW', 'SERVERS', 'SERVICES']
    .flatMap((name) => [`IN_${name}4`, `IN_${name}6`])
    .map((name) => [name, '']),
);

function hostsSummary(p: FenceParams): string {
  return `reject API clients at the control-plane hosts${p.allow.length ? `, but not ${p.allow.join(', ')}` : ''}`;
}

function hostsVariables(p: FenceParams, context: ActionContext): Record<string, string> {
  const { v4, v6 } = addressSet([...alwaysAllowed(context), ...p.allow], 'fence.allow');
  return {
    IN_PORTS: apiPorts(context).join(' '),
    IN_ALLOW4: v4.join(' '),
    IN_ALLOW6: v6.join(' '),
  };
}
