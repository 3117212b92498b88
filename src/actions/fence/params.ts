import * as z from 'zod';
import { addresses, controlGroup, list, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

const groups = list().pipe(z.array(controlGroup)).default([]);

export const fenceParameters = {
  on: {
    schema: z.enum(['hosts', 'nodes'], { error: 'expected hosts or nodes' }),
    help: 'at the API servers, or on the nodes where the clients run',
    flag: '--on <hosts|nodes>',
    default: 'hosts',
  },
  allow: {
    schema: addresses,
    help: 'on hosts, in the network: also let in this address or CIDR',
    flag: '--allow <address>',
    repeatable: true,
  },
  timer: {
    schema: seconds(10, 3600),
    help: 'the node reverts the fence after this time unless kept',
    flag: '--timer <duration>',
    default: '3m',
  },
  rate: {
    schema: z.coerce.number({ error: 'expected a whole number from 1 to 10000' }).int().min(1).max(10_000),
    help: 'on hosts: new connections per second from readmitted clients',
    flag: '--rate <N>',
    default: '20',
  },
  only: {
    schema: groups,
    help: 'on nodes: fence this systemd unit, slice or cgroup path',
    flag: '--only <unit|path>',
    repeatable: true,
  },
  user: {
    schema: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, 'expected a user name or number'))
      .optional(),
    help: 'on nodes: fence the processes of this user, by name or number',
    flag: '--user <name>',
  },
  except: {
    schema: groups,
    help: 'on nodes: fence all but this unit, slice or cgroup path',
    flag: '--except <unit|path>',
    repeatable: true,
  },
  service: {
    schema: addresses,
    help: 'on nodes: another address of the API, such as the service IP',
    flag: '--service <address>',
    repeatable: true,
  },
} satisfies Parameters;

export type FenceParams = Values<typeof fenceParameters>;
