import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { sideOf } from '../cloud/side.ts';
import type { Job } from './job.ts';
import { move, notKnownIn, sickIn } from './move.ts';
import type { EvacuateParams } from './params.ts';
import { openPlaces } from './places.ts';
import { fromBefore, type Standing, standings, toBefore } from './standing.ts';
import { overCeiling, receiversOf, said, shareOf } from './weights.ts';

/** What the calls may take beside the waits (s). */
const CALLS_S = 600;

/** The side of the services that divide users' traffic between clusters. */
export const cloudSide = sideOf<EvacuateParams, Pick<Job, 'cluster' | 'at'>>({
  parallel: 1,
  longest: ({ steps, pause, within }) => steps.length * (pause + within) + CALLS_S,
  asks: 'AWS',
  rulesOut({ context: { cluster } }) {
    if (cluster.traffic) return undefined;
    const note = `the kit does not say where traffic to ${cluster.name} is divided (cloud.traffic)`;
    return { code: 'no-traffic', note };
  },
  async open(cloud, { env, onTrace, patience }, { context: { cluster } }) {
    const { places, close } = await openPlaces(cluster.traffic!, cloud, patience, onTrace, env);
    return { cluster: cluster.name, at: places, close };
  },
  operate,
});

async function operate(op: Op, job: Job): Promise<NodeResult> {
  const found = await standings(job);
  if (typeof found === 'string') return job.result('refused', { code: 'no-traffic', note: found });
  switch (op) {
    case 'check':
      return check(job, found);
    case 'apply':
      return apply(job, found);
    case 'undo':
      return undo(job, found);
    case 'verify':
      return verify(job, found);
    case 'receipt':
      return receipt(job, found);
    default:
      return job.result('ok');
  }
}

/** What rules the move out from the start. */
function refusal(job: Job, found: Standing[]): NodeResult | undefined {
  const { cluster, result } = job;
  for (const { place, steps } of found) {
    const receivers = receiversOf(steps[0]!, cluster);
    if (receivers.length === 0)
      return result('refused', {
        code: 'no-receiver',
        note: `no other cluster gets traffic at ${place.name}: users would have nowhere to go`,
      });
    const over = overCeiling(steps, cluster, place.ceilings);
    if (over)
      return result('refused', {
        code: 'headroom',
        note:
          `${over.name} would get ${Math.round(over.share)}% at ${place.name} at step ${over.step} (${said(steps[over.step]!)}), ` +
          `and can carry ${over.ceiling}% (ceilings in kit.yaml): give fewer --steps`,
      });
  }
  return undefined;
}

const isEmpty = (job: Job, found: Standing[]) => found.every(({ steps }) => steps[0]![job.cluster] === 0);

async function check(job: Job, found: Standing[]): Promise<NodeResult> {
  const { cluster, params, result } = job;
  if (isEmpty(job, found)) return result('already', { note: `${cluster} gets no traffic` });
  const refused = refusal(job, found);
  if (refused) return refused;
  const wanted = found.map((one) => ({ turn: [one], names: receiversOf(one.steps[0]!, cluster) }));
  const sick = await sickIn(job, wanted);
  if (sick.length > 0)
    return result('refused', {
      code: 'not-healthy',
      note: `${sick.join('; ')}; ${params.minHealthy}% are required (--min-healthy)`,
    });
  const blind = await notKnownIn(wanted);
  const lines = [
    ...found.map(
      ({ place, steps, now }) =>
        `${place.name}: ${steps.map(said).join(' → ')}${now.note === undefined ? '' : ` (${now.note})`}`,
    ),
    ...blind,
  ];
  return result('would', {
    before: toBefore(found),
    note: lines.join('; '),
    data: { places: String(found.length) },
  });
}

async function apply(job: Job, found: Standing[]): Promise<NodeResult> {
  const { cluster, context, result } = job;
  const before = context.before ?? toBefore(found);
  if (isEmpty(job, found)) return result('already', { note: `${cluster} gets no traffic` });
  const refused = refusal(job, found);
  if (refused) return refused;
  if (!context.before) await context.saveBefore(before);
  const stopped = await move({ ...job, context: { ...context, before } }, 'last', found);
  if (stopped) return result('failed', { ...stopped, before });
  return result('changed', { before, note: await nowSaid(job), data: { places: String(found.length) } });
}

async function undo(job: Job, found: Standing[]): Promise<NodeResult> {
  const { context, result } = job;
  if (!fromBefore(context.before))
    return result('already', { note: 'nothing was changed: the journal has no former weights' });
  if (found.every(({ at }) => at === 0)) return result('already', { note: await nowSaid(job) });
  const stopped = await move(job, 'first', found);
  if (stopped) return result('failed', stopped);
  return result('changed', { note: await nowSaid(job) });
}

function verify(job: Job, found: Standing[]): NodeResult {
  const { params, cluster, result } = job;
  const recorded = fromBefore(job.context.before) !== undefined;
  const note = found.map(({ place, now }) => `${place.name}: ${said(now.weights)}`).join('; ');
  const holds = recorded
    ? found.every(({ at, steps }) => at === steps.length - 1)
    : found.every(({ now }) => shareOf(now.weights, cluster) === 0) || params.steps.at(-1) !== 0;
  return holds ? result('ok', { note }) : result('failed', { code: 'has-traffic', note });
}

/** The weights themselves are the receipt. */
function receipt(job: Job, found: Standing[]): NodeResult {
  const { result } = job;
  if (!fromBefore(job.context.before) || found.every(({ at }) => at === 0)) return result('absent');
  const note = found.map(({ place, now }) => `${place.name}: ${said(now.weights)}`).join('; ');
  return found.every(({ at, steps }) => at === steps.length - 1)
    ? result('ok', { note, data: { state: 'changed' } })
    : result('interrupted', { note });
}

async function nowSaid(job: Job): Promise<string> {
  const lines: string[] = [];
  for (const place of job.at) {
    const now = await place.read();
    lines.push(`${place.name}: ${now ? said(now.weights) : 'gone'}`);
  }
  return lines.join('; ');
}
