import { defineAction } from '../types.ts';
import iptables from './iptables.sh';
import node from './node.sh';
import { cordonParameters } from './params.ts';
import { portSet } from './ports.ts';

/** Keeps user traffic away from a host: balancers see it unhealthy, new connections are refused, open ones finish. */
export const cordon = defineAction({
  name: 'cordon',
  title: 'Keep user traffic away from nodes',
  danger: 'change',
  scope: 'node',
  parameters: cordonParameters,
  summary: (p) =>
    `refuse new connections to ports ${p.port.join(', ')}; each node reverts this after ${p.timer}s unless kept`,
  counted: () => [{ one: 'node', many: 'nodes', done: 'cordoned' }],
  undo: { summary: (p) => `accept new connections to ports ${p.port.join(', ')} again`, danger: 'change' },
  node: {
    fragments: { iptables, node },
    variables: (p) => ({ P_PORT: portSet(p.port).join(', '), P_TIMER: String(p.timer) }),
    armed: () => true,
  },
});
