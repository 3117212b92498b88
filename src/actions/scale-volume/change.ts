import { notAllowed } from '../../aws/policy/statement.ts';
import type { NodeResult } from '../../transport/types.ts';
import { isForeign, type Job, recordedIn, type Seen, withModifications } from './job.ts';
import { busy, modify } from './modify.ts';
import { isSame, isUnderway, type Speed, textOf, wantedSpeed } from './speed.ts';
import { deviceOf, volumesMeant } from './which.ts';

interface Wanted {
  seen: Seen;
  to: Speed;
}

/** Gives the volumes of a machine their new speed, one after another. Nothing stops meanwhile. */
export async function change(op: 'check' | 'apply', job: Job): Promise<NodeResult> {
  const { api, id, params, context, target, signal } = job;
  const attached = await api.attached(id, signal);
  const recorded = recordedIn(context.before);
  const known = new Set(recorded.map((one) => one.id));
  // What an earlier attempt chose, it chose for good: its journal must tell all that was changed.
  const meant =
    recorded.length > 0
      ? attached.filter((volume) => known.has(volume.VolumeId ?? ''))
      : await volumesMeant(attached, params.device, target, context);
  if (typeof meant === 'string') return job.result('refused', { code: 'no-volume', note: meant });
  const wanted: Wanted[] = [];
  for (const seen of await withModifications(job, meant)) {
    const { VolumeId: volume = '', Size: size = 0 } = seen.volume;
    const record = recorded.find((one) => one.id === volume);
    if (record && isForeign(seen, record))
      return job.result('failed', {
        before: context.before!,
        code: 'changed-since',
        note: `${volume} is ${textOf(seen.speed)}: somebody changed it since`,
      });
    const to = record?.to ?? wantedSpeed(seen.speed, size, params);
    if (typeof to === 'string')
      return job.result('refused', { code: 'volume-limit', note: `${volume}: ${to}` });
    if (!isSame(seen.speed, to) && isUnderway(seen.last))
      return job.result('refused', { code: 'volume-busy', note: busy(seen) });
    wanted.push({ seen, to });
  }
  const missing = wanted.filter(({ seen, to }) => !isSame(seen.speed, to));
  if (missing.length === 0 && recorded.length === 0)
    return job.result('already', { note: wanted.map(({ seen }) => has(seen)).join(', ') });
  const before =
    context.before ??
    Object.fromEntries(
      missing.map(({ seen, to }) => [seen.volume.VolumeId!, `${textOf(seen.speed)} → ${textOf(to)}`]),
    );
  const denied = missing[0] && !(await api.mayModify(missing[0].seen.volume.VolumeId!, signal));
  if (denied)
    return job.result('refused', {
      code: 'not-permitted',
      note: notAllowed(['ec2:ModifyVolume']),
    });
  if (op === 'check') return job.result('would', { before, note: missing.map(would).join('; ') });
  await context.saveBefore(before);
  for (const { seen, to } of wanted) await modify(job, seen, to);
  return job.result('changed', { before, note: missing.map(would).join('; ') || 'as wanted' });
}

function has({ volume, speed }: Seen): string {
  return `${volume.VolumeId} (${deviceOf(volume)}, ${volume.Size} GiB) is ${textOf(speed)} already`;
}

/** EC2 counts modifications and does not tell how many there were: only the time of the last is known. */
function would({ seen: { volume, last, speed }, to }: Wanted): string {
  const at = last?.StartTime?.toISOString();
  return (
    `${volume.VolumeId} (${deviceOf(volume)}, ${volume.Size} GiB) ${textOf(speed)} → ${textOf(to)}` +
    (at ? `; modified before at ${at}: EC2 takes four modifications in 24 hours` : '')
  );
}
