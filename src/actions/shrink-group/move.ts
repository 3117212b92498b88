import { isPassing } from '../../aws/passing.ts';
import { CloudError } from '../cloud/side.ts';
import { type Job, look, type Place, placeOf, type Seen, said } from './job.ts';
import type { How } from './params.ts';

type Step = 'done' | 'wait' | 'act' | 'gone';

const STEPS: Record<'out' | 'in', Record<Place, Step>> = {
  out: { out: 'done', in: 'act', leaving: 'wait', returning: 'wait', gone: 'gone' },
  in: { in: 'done', out: 'act', leaving: 'wait', returning: 'wait', gone: 'gone' },
};

/**
 * Brings a machine out or in: each turn looks and takes the one next step, so that a run that was killed anywhere is
 * finished by the next.
 */
export async function move(job: Job, how: How, group: string, to: 'out' | 'in'): Promise<Seen> {
  const until = job.now() + job.params.within * 1000;
  let acted = false;
  for (let turn = 0; ; turn++) {
    job.signal.throwIfAborted();
    const seen = await look(job);
    const step = STEPS[to][placeOf(seen, how)];
    if (step === 'done') return seen;
    if (step === 'gone') throw new CloudError('gone', `${job.id} is ${said(seen)}`);
    if (job.now() >= until) throw new CloudError('too-slow', `still ${said(seen)} after the longest wait`);
    if (step === 'act' && !acted) {
      if (to === 'in' && how === 'standby') await mayReturn(job, seen, group);
      await unlessMoved(act(job, how, group, to), job, how, STEPS[to]);
      acted = true;
    }
    await job.sleep(Math.min(5000, 1000 * 1.5 ** turn), job.signal);
  }
}

function act({ ec2, groups, id, signal }: Job, how: How, group: string, to: 'out' | 'in'): Promise<void> {
  if (how === 'stop') return to === 'out' ? ec2.stop(id, signal) : ec2.start(id, signal);
  return to === 'out' ? groups.enterStandby(group, id, signal) : groups.exitStandby(group, id, signal);
}

/** An earlier attempt whose answer was lost may have been accepted; then the state says so, and the refusal does not count. */
async function unlessMoved(
  call: Promise<void>,
  job: Job,
  how: How,
  steps: Record<Place, Step>,
): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (isPassing(error) || steps[placeOf(await look(job), how)] === 'act') throw error;
  }
}

/** A group whose Launch is suspended takes nothing back from standby, and a machine that is down would be replaced. */
async function mayReturn({ groups, signal }: Job, seen: Seen, name: string): Promise<void> {
  if (seen.instance?.State?.Name !== 'running')
    throw new CloudError('changed-since', `somebody stopped it on standby: ${said(seen)}; start it first`);
  const group = await groups.group(name, signal);
  if (!group) throw new CloudError('gone', `group ${name} is gone`);
  const { SuspendedProcesses: suspended = [], Tags: tags = [] } = group;
  if (!suspended.some((one) => one.ProcessName === 'Launch')) return;
  const ours = tags.find((tag) => tag.Key === 'fireaxe:suspended')?.Value?.split(' ') ?? [];
  if (!ours.includes('Launch'))
    throw new CloudError(
      'launch-suspended',
      `somebody suspended Launch of group ${name}, without which nothing returns from standby`,
    );
  await groups.resume(name, ['Launch'], signal);
}
