import { elbApi } from '../../aws/elb-api.ts';
import { launchApi } from '../../aws/launch-api.ts';
import { patiently } from '../../aws/patience.ts';
import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { sideOf } from '../cloud/side.ts';
import { groupsOf } from '../cordon-balancer/groups.ts';
import { end } from './end.ts';
import type { Job } from './job.ts';
import { launched, start, stateOf } from './machines.ts';
import type { ScaleAddParams } from './params.ts';
import { planned } from './plan.ts';
import { fromBefore, toBefore } from './recorded.ts';
import { allSeats, isFit, readingsOf, seat, shownIn } from './seats.ts';

/** What the calls may take beside the waits (s). */
const CALLS_S = 600;

/** One change for the cluster: the target is the control-plane node on which it is counted. */
export const cloudSide = sideOf<ScaleAddParams, Pick<Job, 'ec2' | 'elb' | 'groups'>>({
  parallel: 1,
  longest: ({ within }) => 3 * within + CALLS_S,
  asks: 'AWS',
  asksFor: ({ within }) => within,
  async open(cloud, { env, onTrace, patience }, { context, now }) {
    const ec2 = await launchApi(cloud, { env, onTrace, again: patiently(patience) });
    const elb = await elbApi(cloud, patience, { env, onTrace });
    const close = () => {
      ec2.close();
      elb.close();
    };
    return { ec2, elb, groups: groupsOf(context.shared, cloud, now), close };
  },
  operate,
});

async function operate(op: Op, job: Job): Promise<NodeResult> {
  switch (op) {
    case 'check':
      return check(job);
    case 'apply':
      return add(job);
    case 'undo':
      return end(job);
    case 'verify':
    case 'receipt':
      return tell(op, job);
    default:
      return job.result('ok');
  }
}

async function check(job: Job): Promise<NodeResult> {
  const plan = await planned(job);
  if ('code' in plan) return job.result('refused', plan);
  const { recorded, note } = plan;
  const data = { machines: String(recorded.machines.length) };
  return job.result('would', { before: toBefore(recorded), note, data });
}

/** What an earlier attempt recorded is what this one launches: nothing is planned twice. */
async function add(job: Job): Promise<NodeResult> {
  const { context, result } = job;
  let recorded = fromBefore(context.before);
  if (!recorded) {
    const plan = await planned(job);
    if ('code' in plan) return result('refused', plan);
    recorded = plan.recorded;
    await context.saveBefore(toBefore(recorded));
  }
  const machines = await start(job, recorded);
  await seat(job, allSeats(machines, recorded.seats));
  const names = machines.map((one) => `${one.InstanceId} (${one.PrivateIpAddress})`);
  return result('changed', {
    before: toBefore(recorded),
    note: `added ${names.join(', ')}; take them into the fleet: fireaxe nodes --discover --save`,
    data: { machines: String(machines.length) },
  });
}

/** EC2 and the balancer are the receipt: what runs by the recorded tokens, and is healthy where it belongs. */
async function tell(op: 'verify' | 'receipt', job: Job): Promise<NodeResult> {
  const recorded = fromBefore(job.context.before);
  if (!recorded)
    return op === 'receipt'
      ? job.result('absent')
      : job.result('failed', { code: 'not-added', note: 'the journal has no machine that was launched' });
  const found = await launched(job, recorded);
  const machines = [...found.values()];
  const running = machines.filter((one) => stateOf(one) === 'running');
  const own = allSeats(running, recorded.seats);
  const readings = await readingsOf(job, own);
  const unfit = own.filter((one) => !isFit(shownIn(readings, one)?.TargetHealth?.State));
  const note = [
    ...machines.map((one) => `${one.InstanceId} is ${stateOf(one)}`),
    ...unfit.map((one) => `${one.id} is not healthy in ${one.name}`),
  ].join(', ');
  const whole = running.length === recorded.machines.length && unfit.length === 0;
  if (whole) return job.result('ok', { note, data: { state: 'changed' } });
  if (op === 'verify')
    return job.result('failed', { code: 'not-added', note: note || 'no machine was launched' });
  return job.result(machines.length > 0 ? 'interrupted' : 'absent', { note });
}
