import type { Volume, VolumeModification } from '@aws-sdk/client-ec2';
import type { ScaleVolumeParams } from './params.ts';

/** What a volume can do; gp2 has no speed of its own choosing. */
export interface Speed {
  type: string;
  iops?: number | undefined;
  throughput?: number | undefined;
}

/** As a person reads it and the journal keeps it: `gp3 3000 125`. */
export function textOf({ type, iops, throughput }: Speed): string {
  return `${type} ${iops ?? '-'} ${throughput ?? '-'}`;
}

export function speedOf(text: string): Speed {
  const [type = '', iops, throughput] = text.split(' ');
  const number = (word?: string) => (word === undefined || word === '-' ? undefined : Number(word));
  return { type, iops: number(iops), throughput: number(throughput) };
}

/** EC2 lists the former speed until a modification is done: what was asked for counts from its acceptance. */
export function speedNow(volume: Volume, last: VolumeModification | undefined): Speed {
  return isUnderway(last) ? targetOf(last!) : listed(volume);
}

const listed = ({ VolumeType, Iops: iops, Throughput: throughput }: Volume): Speed => ({
  type: VolumeType ?? '',
  iops,
  throughput,
});

const targetOf = (last: VolumeModification): Speed => ({
  type: last.TargetVolumeType ?? '',
  iops: last.TargetIops,
  throughput: last.TargetThroughput,
});

/** Whether the volume does not show what its last modification has completed. */
export function isTorn(volume: Volume, last: VolumeModification | undefined): boolean {
  return last?.ModificationState === 'completed' && !isSame(listed(volume), targetOf(last));
}

/** Until it has completed, EC2 takes no other modification. */
export function isUnderway(last: VolumeModification | undefined): boolean {
  return last?.ModificationState === 'modifying' || last?.ModificationState === 'optimizing';
}

export function isSame(a: Speed, b: Speed): boolean {
  return textOf(a) === textOf(b);
}

const IOPS = {
  gp3: { least: 3000, most: 80_000, perGib: 500 },
  io1: { least: 100, most: 64_000, perGib: 50 },
  io2: { least: 100, most: 256_000, perGib: 1000 },
};

/** The speed to ask for, never less than the volume has; or why EC2 would refuse it. */
export function wantedSpeed(
  now: Speed,
  sizeGib: number,
  { iops, throughput, toGp3 }: Pick<ScaleVolumeParams, 'iops' | 'throughput' | 'toGp3'>,
): Speed | string {
  if (now.type === 'gp2' && !toGp3) return 'a gp2 volume has no speed of its own: add --to-gp3';
  const type = now.type === 'gp2' ? 'gp3' : now.type;
  const limits = Object.hasOwn(IOPS, type) ? IOPS[type as keyof typeof IOPS] : undefined;
  if (!limits) return `the speed of a ${type} volume cannot be changed`;
  if (type !== 'gp3' && throughput !== undefined)
    return `${type} takes no throughput: leave out --throughput`;
  const wanted: Speed = { type, iops: Math.max(iops ?? 0, now.iops ?? 0, limits.least) };
  // A gp2 volume of more than 170 GiB gives up to 250 MiB/s, a smaller one 128.
  const former = now.type === 'gp2' ? (sizeGib > 170 ? 250 : 128) : (now.throughput ?? 125);
  if (type === 'gp3') wanted.throughput = Math.max(throughput ?? 0, former);
  const most = Math.min(limits.most, Math.max(limits.least, limits.perGib * sizeGib));
  if (wanted.iops! > most)
    return `${wanted.iops} IOPS are more than ${type} can give at ${sizeGib} GiB: at most ${most}`;
  if (type === 'gp3' && wanted.throughput! * 4 > wanted.iops!)
    return `${wanted.throughput} MiB/s need at least ${wanted.throughput! * 4} IOPS: add --iops`;
  return wanted;
}
