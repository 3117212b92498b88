import { withOurKeys } from '../../aws/errors.ts';
import { quote } from '../../base/quote.ts';
import type { NodeResult } from '../../transport/types.ts';
import { CloudError } from '../cloud/side.ts';
import { isForeign, type Job, recordedIn, type Seen, withModifications } from './job.ts';
import { modify } from './modify.ts';
import { isSame, isUnderway, type Speed, textOf } from './speed.ts';

/** Gives each volume the speed that it had. What somebody changed since stays. */
export async function restore(job: Job): Promise<NodeResult> {
  const { api, id, context, signal } = job;
  const recorded = recordedIn(context.before);
  // The journal has the speeds before the change, so without it nothing was changed.
  if (recorded.length === 0) return job.result('already', { note: 'nothing was changed' });
  const attached = await api.attached(id, signal);
  const volumes = await withModifications(job, attached);
  const done: string[] = [];
  const left: string[] = [];
  const later: CloudError[] = [];
  for (const record of recorded) {
    const { id: volume, from } = record;
    const seen = volumes.find((one) => one.volume.VolumeId === volume);
    if (!seen) left.push(`${volume} is no longer attached`);
    else if (isSame(seen.speed, from) && !isUnderway(seen.last)) continue;
    else if (isForeign(seen, record))
      left.push(`${volume} is ${textOf(seen.speed)}: somebody changed it since, left so`);
    else {
      const error = await backTo(job, seen, from);
      if (error) later.push(error);
      else done.push(`${volume}: ${textOf(seen.speed)} → ${textOf(from)}`);
    }
  }
  const note = [...done, ...left, ...later.map(({ message }) => message)].join('; ');
  if (later[0]) return job.result('failed', { code: later[0].code, note });
  if (left.length > 0) return job.result('failed', { code: 'changed-since', note });
  return done.length > 0 ? job.result('changed', { note }) : job.result('already', { note: 'as it was' });
}

/** A refusal for the time being comes with the command to type when its time is over. */
async function backTo(job: Job, seen: Seen, from: Speed): Promise<CloudError | undefined> {
  try {
    await modify(job, seen, from);
    return undefined;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { runId, stepId } = job.context;
    const later = `fireaxe undo ${quote(runId)} --step ${quote(stepId)} --nodes ${quote(job.target.name)}`;
    const { iops, throughput } = from;
    const speed = [
      `--volume-type ${from.type}`,
      ...(from.type !== 'gp2' && iops ? [`--iops ${iops}`] : []),
      ...(from.type === 'gp3' && throughput ? [`--throughput ${throughput}`] : []),
    ].join(' ');
    const byHand = `aws ec2 modify-volume --volume-id ${seen.volume.VolumeId} ${speed}`;
    return new CloudError(
      error.code,
      `${error.message}; it keeps ${textOf(seen.speed)}. Then: ${later}, or ${withOurKeys(byHand, job.target.cloud!)}`,
    );
  }
}
