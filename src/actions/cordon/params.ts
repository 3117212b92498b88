import * as z from 'zod';
import { list, seconds } from '../kinds.ts';
import type { Parameters } from '../params.ts';

const port = z
  .string()
  .regex(/^\d{1,5}(-\d{1,5})?$/, 'expected ports such as 443 or 30000-32767')
  .refine((text) => {
    const [first = 0, last = first] = text.split('-').map(Number);
    return first >= 1 && last <= 65_535 && first <= last;
  }, 'expected ports from 1 to 65535');

export const cordonParameters = {
  port: {
    schema: list().pipe(z.array(port).min(1, 'expected at least one port')),
    help: 'ports to close to new connections',
    flag: '--port <port|range>',
    former: 'ports',
    repeatable: true,
    // The health check of kube-proxy and the node ports.
    default: '10256,30000-32767',
  },
  timer: {
    schema: seconds(10, 3600),
    help: 'the node reverts the cordon after this time unless kept',
    flag: '--timer <duration>',
    default: '3m',
  },
} satisfies Parameters;
