import * as z from 'zod';
import { onOrOff, seconds } from '../kinds.ts';
import type { Misfit, Parameters, Values } from '../params.ts';

export const scaleVolumeParameters = {
  iops: {
    schema: z.coerce.number().int().min(100).max(256_000).optional(),
    help: 'IOPS of the volume: gp3 3000 to 80000, at most 500 a GiB',
    flag: '--iops <N>',
  },
  throughput: {
    schema: z.coerce.number().int().min(125).max(2000).optional(),
    help: 'throughput in MiB/s, gp3 only: 125 to 2000, at most a quarter of the IOPS',
    flag: '--throughput <N>',
  },
  device: {
    schema: z
      .string()
      .regex(/^(etcd|all|\/dev\/[a-z0-9]+)$/, 'expected etcd, all, or a device of EC2 such as /dev/xvdb'),
    help: "volumes: the one of etcd's data, all, or a device by EC2's name",
    flag: '--device <etcd|all|device>',
    default: 'etcd',
  },
  toGp3: {
    schema: onOrOff,
    help: 'change a gp2 volume to gp3',
    flag: '--to-gp3',
  },
  within: {
    schema: seconds(10, 3600),
    help: 'longest wait for the new speed of a volume',
    flag: '--within <duration>',
    default: '10m',
  },
} satisfies Parameters;

export type ScaleVolumeParams = Values<typeof scaleVolumeParameters>;

export function scaleVolumeMisfit({ iops, throughput, toGp3 }: ScaleVolumeParams): Misfit | undefined {
  return iops === undefined && throughput === undefined && !toGp3
    ? 'nothing to change: give --iops, --throughput or --to-gp3'
    : undefined;
}
