import { patiently } from '../../aws/patience.ts';
import { volumesApi } from '../../aws/volumes-api.ts';
import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { sideOf } from '../cloud/side.ts';
import { change } from './change.ts';
import { type Job, recordedIn, withModifications } from './job.ts';
import type { ScaleVolumeParams } from './params.ts';
import { restore } from './restore.ts';
import { isSame, textOf } from './speed.ts';

/** One machine at a time: EC2 says only afterwards whether a volume took it. */
export const cloudSide = sideOf<ScaleVolumeParams, Pick<Job, 'api' | 'id'>>({
  parallel: 1,
  // A machine rarely has more than a few volumes, one after another.
  longest: ({ within }) => 3 * within + 300,
  asks: 'EC2',
  needsInstance: true,
  asksFor: ({ within }) => within,
  async open(cloud, { env, onTrace, patience }, { target }) {
    const api = await volumesApi(cloud, { env, onTrace, again: patiently(patience) });
    return { api, id: target.instanceId!, close: api.close };
  },
  operate,
});

async function operate(op: Op, job: Job): Promise<NodeResult> {
  switch (op) {
    case 'check':
    case 'apply':
      return change(op, job);
    case 'undo':
      return restore(job);
    case 'verify':
    case 'receipt':
      return tell(op, job);
    default:
      return job.result('ok');
  }
}

/** The journal says which volumes; EC2 itself says how far they are. */
async function tell(op: 'verify' | 'receipt', job: Job): Promise<NodeResult> {
  const recorded = recordedIn(job.context.before);
  const attached = await job.api.attached(job.id, job.signal);
  const volumes = await withModifications(
    job,
    attached.filter(({ VolumeId }) => recorded.some(({ id }) => id === VolumeId)),
  );
  const note = volumes.map(({ volume, speed }) => `${volume.VolumeId} is ${textOf(speed)}`).join(', ');
  const there = recorded.filter(({ id, to }) =>
    volumes.some(({ volume, speed }) => volume.VolumeId === id && isSame(speed, to)),
  );
  if (recorded.length > 0 && there.length === recorded.length)
    return job.result('ok', { note, data: { state: 'changed' } });
  if (op === 'verify')
    return job.result('failed', { code: 'not-so-fast', note: note || 'nothing is recorded' });
  return job.result(there.length > 0 ? 'interrupted' : 'absent', { note });
}
