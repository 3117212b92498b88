import * as z from 'zod';
import { onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

export const scaleParameters = {
  type: {
    schema: z
      .string({ error: 'missing the instance type, such as m7i.4xlarge' })
      .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'expected an EC2 instance type such as m7i.4xlarge'),
    help: 'the new instance type, such as m7i.8xlarge',
    flag: '--type <instance-type>',
  },
  floor: {
    schema: z.coerce.number().int().min(1).optional(),
    help: 'healthy etcd members that must remain; never fewer than the majority',
    flag: '--floor <N>',
  },
  within: {
    schema: seconds(10, 3600),
    help: 'longest wait for each of: stopped, running, member healthy',
    flag: '--within <duration>',
    default: '10m',
  },
  groupSuspended: {
    schema: onOrOff,
    help: 'the scaling group that would replace a stopped machine is suspended',
    flag: '--group-suspended',
  },
  forceStop: {
    schema: onOrOff,
    help: 'force a machine that is still stopping after --within to stop',
    flag: '--force-stop',
  },
  ignoreQuorum: {
    schema: onOrOff,
    help: 'skip the etcd quorum check',
    flag: '--ignore-quorum',
  },
} satisfies Parameters;

export type ScaleParams = Values<typeof scaleParameters>;
