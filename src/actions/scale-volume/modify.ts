import { isPassing } from '../../aws/passing.ts';
import { CloudError } from '../cloud/side.ts';
import { again, type Job, type Seen } from './job.ts';
import { isSame, isUnderway, type Speed, textOf } from './speed.ts';

/**
 * Brings one volume to a speed, and waits until it has it. Looks before it asks: a modification that was accepted is not
 * asked for twice, and EC2 would count it against its four a day.
 */
export async function modify(job: Job, first: Seen, to: Speed): Promise<Seen> {
  const until = job.now() + job.params.within * 1000;
  const id = first.volume.VolumeId!;
  let seen: Seen | undefined = first;
  for (let turn = 0, asked = false; ; turn++) {
    job.signal.throwIfAborted();
    if (!seen) throw new CloudError('gone', `${id} is no longer attached`);
    const state = seen.last?.ModificationState;
    if (isSame(seen.speed, to) && state !== 'modifying') return seen;
    // Lists lag behind: what failed may be an earlier one.
    if (asked && state === 'failed' && +seen.last!.StartTime! !== +(first.last?.StartTime ?? 0))
      throw new CloudError('volume-failed', `${id}: ${seen.last?.StatusMessage ?? 'EC2 gives no reason'}`);
    if (job.now() >= until)
      throw new CloudError(
        'too-slow',
        `${id} is still ${state ?? textOf(seen.speed)} after the longest wait`,
      );
    if (!isSame(seen.speed, to) && !asked) {
      if (isUnderway(seen.last)) throw new CloudError('volume-busy', busy(seen));
      asked = await ask(job, seen, to);
    }
    await job.sleep(Math.min(10_000, 1000 * 1.5 ** turn), job.signal);
    seen = await again(job, first);
  }
}

/** False where the call failed for now and EC2 did not take it: to be asked again. */
async function ask(job: Job, seen: Seen, to: Speed): Promise<boolean> {
  const id = seen.volume.VolumeId!;
  job.context.note(`${id}: ${textOf(seen.speed)} → ${textOf(to)}`);
  try {
    await job.api.modify(id, to, job.signal);
    return true;
  } catch (error) {
    job.signal.throwIfAborted();
    const now = await again(job, seen);
    // The answer was lost: EC2 took it.
    if (now && isSame(now.speed, to)) return true;
    if (isPassing(error)) return false;
    const { name, message } = error as Error;
    if (name === 'VolumeModificationRateExceeded') throw new CloudError('volume-rate', `${id}: ${message}`);
    if (name === 'IncorrectModificationState' && now) throw new CloudError('volume-busy', busy(now));
    throw error;
  }
}

export function busy({ volume, last }: Seen): string {
  const state = last?.ModificationState ?? 'being modified';
  const since = last?.StartTime ? ` since ${last.StartTime.toISOString()}` : '';
  return (
    `${volume.VolumeId} is still ${state} (${last?.Progress ?? 0}%)${since}: EC2 takes the next modification when this one ` +
    'has completed, which may take hours'
  );
}
