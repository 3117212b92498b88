import { z } from 'zod';
import { list, seconds } from '../params.ts';
import { defineAction } from '../types.ts';
import iptables from './iptables.sh';
import node from './node.sh';
import { portSet } from './ports.ts';

const port = z
  .string()
  .regex(/^\d{1,5}(-\d{1,5})?$/, 'expected ports such as 443 or 30000-32767')
  .refine((text) => {
    const [first = 0, last = first] = text.split('-').map(Number);
    return first >= 1 && last <= 65_535 && first <= last;
  }, 'expected ports from 1 to 65535');

const params = z.strictObject({
  /** Node ports and the health-check port of kube-proxy by default. */
  ports: list().pipe(z.array(port).min(1, 'name a port')).default(['10256', '30000-32767']),
  timer: seconds(10, 3600).default(180),
});

/** User traffic kept away from a host: balancers see it unhealthy, new connections are refused, running ones finish. */
export const cordon = defineAction({
  name: 'cordon',
  title: 'Keep user traffic away from nodes',
  danger: 'change',
  scope: 'node',
  params,
  summary: (p) =>
    `refuse new connections to ports ${p.ports.join(', ')}; each host takes it back after ${p.timer}s unless kept`,
  undo: { summary: (p) => `accept new connections to ports ${p.ports.join(', ')} again`, danger: 'change' },
  node: {
    fragments: { iptables, node },
    variables: (p) => ({ P_PORTS: portSet(p.ports).join(', '), P_TIMER: String(p.timer) }),
    armed: () => true,
  },
});
