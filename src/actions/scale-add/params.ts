import * as z from 'zod';
import { onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

const TEMPLATE = /^(lt-[0-9a-f]{8,17}|[A-Za-z0-9().\-/_]{3,128})(:([0-9]+|\$?(latest|default)))?$/i;

export const scaleAddParameters = {
  add: {
    schema: z.coerce.number({ error: 'missing the number of API servers to add' }).int().min(1).max(10),
    help: 'API servers to add, launched in EC2 from a template',
    flag: '--add <N>',
  },
  template: {
    schema: z
      .string({ error: 'missing the launch template (--template lt-…)' })
      .regex(TEMPLATE, 'expected a launch template by id or name, with a version: lt-0123456789abcdef0:7'),
    help: 'EC2 launch template, by id or name, with or without a version',
    flag: '--template <template[:version]>',
  },
  within: {
    schema: seconds(10, 3600),
    help: 'longest wait for each of: running, checks passed, healthy, drained',
    flag: '--within <duration>',
    default: '10m',
  },
  withoutBalancer: {
    schema: onOrOff,
    help: 'register the new machines in no target group',
    flag: '--without-balancer',
  },
  ignoreQuorum: {
    schema: onOrOff,
    help: 'skip the etcd quorum check, at undo too',
    flag: '--ignore-quorum',
  },
} satisfies Parameters;

export type ScaleAddParams = Values<typeof scaleAddParameters>;

/** `lt-1:latest` → the template's name and the version as EC2 says it. */
export function templateOf({ template }: Pick<ScaleAddParams, 'template'>): {
  name: string;
  version: string;
} {
  const [name = '', version = 'default'] = template.split(':');
  const word = version.replace('$', '').toLowerCase();
  return { name, version: { latest: '$Latest', default: '$Default' }[word] ?? version };
}
