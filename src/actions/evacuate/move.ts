import { formatDuration } from '../../base/duration.ts';
import type { ReasonCode } from '../../transport/codes/reasons.ts';
import type { Job } from './job.ts';
import type { Place } from './place.ts';
import { type Standing, standings } from './standing.ts';
import { isSame, receiversOf, said } from './weights.ts';

/** Between two looks at the health of a cluster. */
const LOOK_MS = 5_000;

export interface Stopped {
  code: ReasonCode;
  note: string;
}

/**
 * Brings every place to a step, one step at a time, all places side by side: before each write the weights must be as
 * the last step left them, and the clusters that get more must be healthy. Each turn reads the cloud first, so that a
 * move that was killed anywhere goes on from there.
 */
export async function move(job: Job, to: 'last' | 'first', found: Standing[]): Promise<Stopped | undefined> {
  const { context, params, cluster } = job;
  const start = ({ at, steps }: Standing) => at === (to === 'last' ? 0 : steps.length - 1);
  // A run that was killed in between may have taken its last step a moment ago.
  let wrote = !found.every(start);
  for (let now = found; ; ) {
    const foreign = changedBySomebody(now);
    if (foreign) return foreign;
    const behind = now.filter(({ at, steps }) => at !== (to === 'last' ? steps.length - 1 : 0));
    if (behind.length === 0) return undefined;
    if (wrote) await job.sleep(params.pause * 1000, context.signal);
    // Places that are less far go first: after a kill they may stand at two steps.
    const reached = behind.map(({ at }) => at!);
    const from = to === 'last' ? Math.min(...reached) : Math.max(...reached);
    const next = to === 'last' ? from + 1 : from - 1;
    const turn = behind.filter(({ at }) => at === from);
    const sick = await healthyIn(
      job,
      to === 'last' ? receivers(turn, cluster) : [{ turn, names: [cluster] }],
    );
    if (sick) return sick;
    for (const { place, steps, now: seen } of turn) {
      context.signal.throwIfAborted();
      const latest = await place.read();
      if (!latest || !isSame(latest.weights, seen.weights)) return changed(place, latest?.weights);
      await place.write(latest, steps[next]!);
      context.note(`${place.name}: ${said(steps[next]!)}`);
    }
    wrote = true;
    const again = await standings(job);
    if (typeof again === 'string') return { code: 'gone', note: again };
    now = again;
  }
}

function changedBySomebody(found: Standing[]): Stopped | undefined {
  const foreign = found.find(({ at }) => at === undefined);
  return foreign && changed(foreign.place, foreign.now.weights);
}

function changed(place: Place, weights: Record<string, number> | undefined): Stopped {
  const now = weights
    ? Object.entries(weights)
        .map(([name, weight]) => `${name}=${weight}`)
        .join(' ')
    : 'gone';
  return {
    code: 'changed-since',
    note: `somebody else changed ${place.name}: it is ${now} now, and stays so`,
  };
}

const receivers = (turn: Standing[], cluster: string) =>
  turn.map((one) => ({ turn: [one], names: receiversOf(one.steps[0]!, cluster) }));

/** Waits until these clusters are healthy at these places. */
export async function healthyIn(
  job: Job,
  wanted: { turn: Standing[]; names: string[] }[],
): Promise<Stopped | undefined> {
  const until = job.now() + job.params.within * 1000;
  for (;;) {
    const sick = await sickIn(job, wanted);
    if (sick.length === 0) return undefined;
    if (job.now() >= until)
      return {
        code: 'not-healthy',
        note: `after ${formatDuration(job.params.within * 1000)}: ${sick.join('; ')}; ${job.params.minHealthy}% are required (--min-healthy)`,
      };
    await job.sleep(LOOK_MS, job.context.signal);
  }
}

/** Each cluster that has too few healthy targets. */
export async function sickIn(job: Job, wanted: { turn: Standing[]; names: string[] }[]): Promise<string[]> {
  const sick: string[] = [];
  for (const { turn, names } of wanted)
    for (const { place } of turn)
      for (const name of names) {
        const health = await place.health(name);
        if (!health) continue;
        const { healthy, all } = health;
        if (healthy > 0 && (healthy / all) * 100 >= job.params.minHealthy) continue;
        sick.push(`${name} has ${healthy} healthy of ${all} targets at ${place.name}`);
      }
  return sick;
}

/** Receivers whose health nothing tells: the step is taken without it. */
export async function notKnownIn(wanted: { turn: Standing[]; names: string[] }[]): Promise<string[]> {
  const blind: string[] = [];
  for (const { turn, names } of wanted)
    for (const { place } of turn)
      for (const name of names)
        if (!(await place.health(name)))
          blind.push(
            `the health of ${name} at ${place.name} is not looked at: the kit names no target group of it`,
          );
  return blind;
}
