import { formatDuration } from '../../base/duration.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { Job } from './job.ts';
import {
  descriptionOf,
  find,
  fromBefore,
  type GroupReading,
  isDraining,
  keyOf,
  namesOf,
  type Registration,
  wasServing,
} from './registration.ts';

/** Between two looks at the health of a target. */
const LOOK_MS = 5_000;

/** Registers what was taken, with its port and zone, and waits until what was healthy is healthy again. */
export async function bring(job: Job): Promise<NodeResult> {
  const { api, context, groups, result } = job;
  const recorded = fromBefore(context.before);
  if (!recorded)
    return result('already', {
      note: 'nothing was changed: the journal has no target that was deregistered',
    });
  const readings = await readingsOf(recorded, job);
  const there = recorded.filter((one) => stateIn(readings, one) !== undefined);
  const gone = recorded.filter((one) => !readings.has(one.group));
  const missing = recorded.filter((one) => !there.includes(one) && !gone.includes(one));
  for (const one of missing) {
    context.signal.throwIfAborted();
    await api.register(one.group, descriptionOf(one));
    groups.taken.delete(keyOf(one));
    groups.forget(one.group);
  }
  const sick = await healthy(
    recorded.filter((one) => !gone.includes(one)),
    job,
  );
  const data = { targets: String(recorded.length) };
  if (gone.length > 0)
    return result('failed', {
      code: 'gone',
      note: `there is no target group ${namesOf(gone)} any more`,
      data,
    });
  if (sick.length > 0)
    return result('failed', {
      code: 'not-healthy',
      note: `registered, and not healthy within ${formatDuration(job.params.within * 1000)}: ${sick.join('; ')}`,
      data,
    });
  return missing.length === 0
    ? result('already', { note: `registered in ${namesOf(recorded)}`, data })
    : result('changed', { note: `registered in ${namesOf(recorded)} again`, data });
}

type Readings = Map<string, GroupReading>;

async function readingsOf(of: Registration[], { api, groups }: Job, maxAgeMs = 0): Promise<Readings> {
  const wanted = new Set(of.map(({ group }) => group));
  const all = (await groups.list(api, [])).filter(({ TargetGroupArn: arn }) => wanted.has(arn!));
  const readings = await groups.read(api, all, maxAgeMs);
  return new Map(readings.map((reading) => [reading.group.TargetGroupArn!, reading]));
}

/** The state of a registered target; undefined where it is not registered, or only drains. */
function stateIn(readings: Readings, one: Registration): string | undefined {
  const reading = readings.get(one.group);
  const found = reading && find(reading, one);
  if (!found || isDraining(found)) return undefined;
  return [found.TargetHealth?.State, found.TargetHealth?.Reason].filter(Boolean).join(' ');
}

/** What was in service before and is not in time: each with its state. */
async function healthy(own: Registration[], job: Job): Promise<string[]> {
  const until = job.now() + job.params.within * 1000;
  let left = own.filter(wasServing);
  for (;;) {
    const readings = await readingsOf(left, job, LOOK_MS / 2);
    const states = new Map(left.map((one) => [one, stateIn(readings, one) ?? 'not registered']));
    left = left.filter((one) => !/^(healthy|unavailable|unused)/.test(states.get(one)!));
    if (left.length === 0 || job.now() >= until) return left.map((one) => `${one.name}: ${states.get(one)}`);
    await job.sleep(LOOK_MS, job.context.signal);
  }
}
