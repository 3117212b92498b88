import type { Volume, VolumeModification } from '@aws-sdk/client-ec2';
import type { VolumesApi } from '../../aws/volumes-api.ts';
import type { BeforeState } from '../../node/types.ts';
import type { CloudJob } from '../cloud/side.ts';
import type { ScaleVolumeParams } from './params.ts';
import { isSame, isTorn, type Speed, speedNow, speedOf } from './speed.ts';

/** One machine's turn. */
export interface Job extends CloudJob<ScaleVolumeParams> {
  api: VolumesApi;
  id: string;
}

export interface Seen {
  volume: Volume;
  last: VolumeModification | undefined;
  speed: Speed;
}

export async function withModifications({ api, id, signal }: Job, volumes: Volume[]): Promise<Seen[]> {
  if (volumes.length === 0) return [];
  const all = await api.modifications(
    volumes.map(({ VolumeId = '' }) => VolumeId),
    signal,
  );
  const lastOf = (volume: Volume) =>
    all
      .filter((one) => one.VolumeId === volume.VolumeId)
      .sort((a, b) => Number(b.StartTime ?? 0) - Number(a.StartTime ?? 0))[0];
  // One that completed between the two calls: the volume was read with its former speed.
  const torn = volumes.some((volume) => isTorn(volume, lastOf(volume)));
  const now = torn ? await api.attached(id, signal) : [];
  return volumes.map((first) => {
    const volume = now.find(({ VolumeId }) => VolumeId === first.VolumeId) ?? first;
    const last = lastOf(volume);
    return { volume, last, speed: speedNow(volume, last) };
  });
}

/** One volume again. */
export async function again(job: Job, { volume }: Seen): Promise<Seen | undefined> {
  const volumes = await job.api.attached(job.id, job.signal);
  const now = volumes.filter((one) => one.VolumeId === volume.VolumeId);
  return (await withModifications(job, now))[0];
}

/** What somebody chose since: neither the speed before, nor the one that this run asked for. */
export function isForeign({ speed }: Seen, { from, to }: Recorded): boolean {
  return !isSame(speed, from) && !isSame(speed, to);
}

/** Of each volume in the journal: what it was, and what this run asked for. */
export interface Recorded {
  id: string;
  from: Speed;
  to: Speed;
}

export function recordedIn(before: BeforeState | undefined): Recorded[] {
  return Object.entries(before ?? {}).flatMap(([id, text]) => {
    const [from = '', to = ''] = text.split(' → ');
    return id.startsWith('vol-') ? [{ id, from: speedOf(from), to: speedOf(to) }] : [];
  });
}
