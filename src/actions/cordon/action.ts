import { z } from 'zod';
import systemd from '../../node/lib/common/systemd.sh';
import within from '../../node/lib/common/within.sh';
import armed from '../../node/lib/firewall/armed.sh';
import armedSystemd from '../../node/lib/firewall/armed-systemd.sh';
import chains from '../../node/lib/firewall/chain.sh';
import guarded from '../../node/lib/firewall/chain-guarded.sh';
import earlier from '../../node/lib/firewall/earlier.sh';
import ownWay from '../../node/lib/firewall/own-way.sh';
import stack from '../../node/lib/firewall/stack.sh';
import table from '../../node/lib/firewall/table.sh';
import { list, seconds } from '../params.ts';
import { defineAction } from '../types.ts';
import cordonChain from './chain.sh';
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
    script:
      within +
      systemd +
      armed +
      armedSystemd +
      earlier +
      ownWay +
      stack +
      table +
      chains +
      guarded +
      cordonChain +
      node,
    variables: (p) => ({ P_PORTS: portSet(p.ports).join(', '), P_TIMER: String(p.timer) }),
    armed: () => true,
  },
});
