import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { scaleVolumeMisfit, scaleVolumeParameters } from './params.ts';

/** Gives etcd's disks more IOPS and throughput while everything runs. */
export const scaleVolume = defineAction({
  name: 'scale-volume',
  title: 'Give volumes more IOPS and throughput',
  danger: 'change',
  scope: 'cloud',
  parameters: scaleVolumeParameters,
  check: scaleVolumeMisfit,
  summary: (p) =>
    [
      `${p.device === 'etcd' ? "the volume with etcd's data" : p.device === 'all' ? 'every volume' : p.device}:`,
      [
        p.toGp3 && 'gp2 to gp3',
        p.iops !== undefined && `${p.iops} IOPS`,
        p.throughput !== undefined && `${p.throughput} MiB/s`,
      ]
        .filter(Boolean)
        .join(', '),
      '(nothing stops; one machine at a time)',
    ].join(' '),
  counted: () => [{ one: 'machine', many: 'machines', done: 'given faster volumes' }],
  undo: {
    summary: () =>
      'give each volume its former speed; EC2 refuses while it is still optimizing, and after four changes in 24 hours',
    danger: 'change',
  },
  cloud: cloudSide(),
});
