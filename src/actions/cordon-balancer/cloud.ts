import { elbApi } from '../../aws/elb-api.ts';
import { bothElb, classicElbApi } from '../../aws/elb-classic-api.ts';
import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { sideOf } from '../cloud/side.ts';
import { bring } from './bring-back.ts';
import { groupsOf } from './groups.ts';
import type { Job } from './job.ts';
import { machineOf } from './machine.ts';
import { ownOf } from './own.ts';
import type { CordonBalancerParams } from './params.ts';
import { find, fromBefore, isDraining, namesOf, type Registration } from './registration.ts';
import { check, take } from './take-out.ts';

/** Drains are waited for side by side; deciding and deregistering is one node after another (`Groups.inTurn`). */
const PARALLEL = 16;

/** What the calls may take beside the waits (s). */
const CALLS_S = 600;

/** The balancer's side of a cordon. */
export const cloudSide = sideOf<CordonBalancerParams, Pick<Job, 'api' | 'groups' | 'machine'>>({
  parallel: PARALLEL,
  longest: ({ within }) => within + CALLS_S,
  asks: 'the balancer',
  async open(cloud, how, job) {
    const { context, now } = job;
    const options = { env: how.env, onTrace: how.onTrace };
    const v2 = await elbApi(cloud, how.patience, options);
    const classic = await classicElbApi(cloud, how.patience, options);
    const api = bothElb(v2, classic, ({ message }) =>
      context.note(`Classic Load Balancers are left as they are: ${message}`),
    );
    const groups = groupsOf(context.shared, cloud, now, 'balancers');
    return { api, groups, machine: machineOf(cloud, how, job), close: () => api.close() };
  },
  operate,
});

async function operate(op: Op, job: Job): Promise<NodeResult> {
  switch (op) {
    case 'check':
      return check(job);
    case 'apply':
      return take(job);
    case 'undo':
      return bring(job);
    case 'verify':
      return verify(job);
    case 'receipt':
      return receipt(job);
    default:
      return job.result('ok');
  }
}

async function verify(job: Job): Promise<NodeResult> {
  const { there } = await standing(job);
  const data = { targets: String(there.length) };
  return there.length === 0
    ? job.result('ok', { note: 'in no target group', data })
    : job.result('failed', { code: 'registered', note: `registered in ${namesOf(there)}`, data });
}

/** The balancer itself is the receipt: what is registered was not taken yet, or was put back. */
async function receipt(job: Job): Promise<NodeResult> {
  const { recorded, there } = await standing(job);
  if (!recorded || there.length === recorded.length) return job.result('absent');
  if (there.length > 0) return job.result('interrupted', { note: `still in ${namesOf(there)}` });
  return job.result('ok', { note: `deregistered from ${namesOf(recorded)}`, data: { state: 'changed' } });
}

/** What was recorded, and what of it (or of the node, without a record) is registered now. */
async function standing(job: Job): Promise<{ recorded?: Registration[]; there: Registration[] }> {
  const { api, groups, params, context } = job;
  const recorded = fromBefore(context.before);
  const all = await groups.list(api, params.group);
  const wanted = recorded && new Set(recorded.map((one) => one.group));
  const readings = await groups.read(
    api,
    wanted ? all.filter(({ TargetGroupArn }) => wanted.has(TargetGroupArn!)) : all,
    0,
  );
  if (!recorded) return { there: (await ownOf(readings, job)).own };
  const there = recorded.filter((one) => {
    const reading = readings.find(({ group }) => group.TargetGroupArn === one.group);
    const now = reading && find(reading, one);
    return now !== undefined && !isDraining(now);
  });
  return { recorded, there };
}
