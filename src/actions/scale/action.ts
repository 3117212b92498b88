import { z } from 'zod';
import { seconds } from '../params.ts';
import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';

const yes = z.union([z.boolean(), z.enum(['true', 'false'])]).transform((v) => v === true || v === 'true');

const params = z.strictObject({
  type: z
    .string({ error: 'scale needs a type, such as m7i.4xlarge' })
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'expected an EC2 instance type such as m7i.4xlarge'),
  /** Fewest healthy etcd members that must remain while one is down; never under the majority. */
  floor: z.coerce.number().int().min(1).optional(),
  /** Longest wait for each of: stopped, running, member healthy again. */
  within: seconds(10, 3600).default(600),
  /** The scaling group that would replace a stopped machine has been suspended. */
  groupSuspended: yes.default(false),
  /** A machine that is still stopping after `within` is stopped by force: its file systems may lose their last writes. */
  forceStop: yes.default(false),
  /** Scale even where no majority of etcd remains, or none can be counted. */
  ignoreQuorum: yes.default(false),
});

export type ScaleParams = z.infer<typeof params>;

/** A bigger (or smaller) instance type, one machine at a time, behind an etcd quorum check. */
export const scale = defineAction<ScaleParams>({
  name: 'scale',
  title: 'Change the instance type',
  danger: 'severe',
  scope: 'cloud',
  takesOut: 'one-at-a-time',
  params: params as unknown as z.ZodType<ScaleParams>,
  summary: (p) =>
    `stop each machine, make it a ${p.type}, start it; one at a time, ` +
    (p.ignoreQuorum ? 'WITHOUT the etcd quorum check' : 'only while the other etcd members hold a majority') +
    (p.forceStop ? `; BY FORCE where one is still stopping after ${p.within}s` : ''),
  undo: {
    summary(p, found) {
      const types = [...new Set(found.map((state) => state.type).filter((type) => type !== undefined))];
      const back = types.length > 0 ? types.join(' or ') : 'the former type';
      return (
        `scale back to ${back}: stop and start each machine, one at a time` +
        (p.ignoreQuorum ? ', WITHOUT the etcd quorum check' : '')
      );
    },
    danger: 'severe',
  },
  cloud: cloudSide(),
});
