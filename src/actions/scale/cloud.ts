import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '@aws-sdk/client-ec2';
import { type Ec2Api, ec2Api } from '../../kit/ec2-api.ts';
import type { CloudProfile, Target } from '../../kit/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { BeforeState, CloudContext, CloudSide, Op } from '../types.ts';
import type { ScaleParams } from './action.ts';
import { sideEffects, unsuitable } from './preflight.ts';
import { healthyMembers, membersOf, quorumRefusal } from './quorum.ts';
import { RetypeError, retype } from './retype.ts';

export interface ScaleDeps {
  ec2(profile: CloudProfile): Promise<Ec2Api>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
}

interface Job extends ScaleDeps {
  api: Ec2Api;
  id: string;
  target: Target;
  params: ScaleParams;
  context: CloudContext;
  result(state: NodeResult['state'], more?: Partial<NodeResult>): NodeResult;
}

const defaults: ScaleDeps = {
  ec2: (profile) => ec2Api(profile),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
  now: Date.now,
};

/** EC2's side of scale. One machine at a time: each has its quorum check when its turn comes. */
export function cloudSide(deps: ScaleDeps = defaults): CloudSide<ScaleParams> {
  return {
    parallel: 1,
    async run(op, target, params, context) {
      const result: Job['result'] = (state, more) => ({ fireaxe: 1, op, state, ...more });
      if (!target.instanceId || !target.cloud)
        return result('refused', {
          code: 'no-instance-id',
          note: 'the fleet has no instance id or no cloud profile for it',
        });
      const api = await deps.ec2(target.cloud);
      try {
        return await operate(op, { ...deps, api, id: target.instanceId, target, params, context, result });
      } finally {
        api.close();
      }
    },
  };
}

async function operate(op: Op, job: Job): Promise<NodeResult> {
  const instance = await job.api.instance(job.id, job.context.signal);
  if (!instance) return job.result('refused', { code: 'gone', note: `EC2 knows no ${job.id}` });
  switch (op) {
    case 'check':
    case 'apply':
      return change(instance, job.params.type, op, job);
    case 'undo':
      return undo(instance, job);
    case 'verify':
      return isRunningAs(instance, job.params.type)
        ? job.result('ok', { note: `running as ${job.params.type}`, data: found(instance) })
        : job.result('failed', { code: 'not-so', note: said(instance), data: found(instance) });
    case 'receipt':
      return receipt(instance, job);
    default:
      return job.result('ok');
  }
}

async function undo(instance: Instance, job: Job): Promise<NodeResult> {
  const type = job.context.before?.type;
  if (!type)
    return job.result('refused', { code: 'no-before', note: 'the journal has no type to go back to' });
  return change(instance, type, 'undo', job);
}

async function change(
  instance: Instance,
  type: string,
  op: 'check' | 'apply' | 'undo',
  job: Job,
): Promise<NodeResult> {
  const { context, params, target } = job;
  const before = context.before ?? beforeOf(instance, type, target);
  if (isRunningAs(instance, type))
    return job.result('already', { ...and(before), note: `is a running ${type}` });
  const refusal = await unsuitable(job.api, instance, { ...params, type }, context.signal);
  if (refusal) return job.result('refused', refusal);
  // A machine that is down already takes nothing away from the quorum by staying down.
  const takesDown = instance.State?.Name === 'running' || instance.State?.Name === 'pending';
  if (takesDown && !params.ignoreQuorum) {
    const note = await quorumRefusal(target, params.floor, context);
    if (note) return job.result('refused', { code: 'quorum', note });
  }
  if (op === 'check')
    return job.result('would', {
      ...and(before),
      note: `${said(instance)}; would become ${type}: ${sideEffects(instance)}`,
    });
  if (op === 'apply' && before) await context.saveBefore(before);
  return carryOut(before, type, job);
}

async function carryOut(before: BeforeState | undefined, type: string, job: Job): Promise<NodeResult> {
  const { context, params } = job;
  const deps = { ...job, signal: context.signal, note: context.note, withinMs: params.within * 1000 };
  try {
    await retype(job.id, type, deps);
  } catch (error) {
    if (!(error instanceof RetypeError)) throw error;
    if (error.code !== 'no-capacity' || !before?.type || before.type === type)
      return job.result('failed', { ...and(before), code: error.code, note: error.message });
    context.note(`no capacity for ${type}: back to ${before.type}`);
    await retype(job.id, before.type, deps);
    const back = await memberIsBack(job);
    const note = `${error.message}; it runs as ${before.type} again${back ? '' : ', but its etcd member is not healthy yet'}`;
    return job.result('failed', { ...and(before), code: error.code, note });
  }
  if (await memberIsBack(job))
    return job.result('changed', { ...and(before), note: `${before?.type ?? 'stopped'} → ${type}, running` });
  return job.result('failed', {
    ...and(before),
    code: 'member-not-back',
    note: `it runs as ${type}, but its etcd member is not healthy after ${params.within}s`,
  });
}

/** Waits until the machine's own etcd member is healthy; at once true where it runs none. */
async function memberIsBack(job: Job): Promise<boolean> {
  const { context, target, params } = job;
  if (!membersOf(context.targets).some((member) => member.name === target.name)) return true;
  const until = job.now() + params.within * 1000;
  context.note('running; waiting for its etcd member');
  for (;;) {
    context.signal.throwIfAborted();
    if ((await healthyMembers([target], context)).length > 0) return true;
    if (job.now() >= until) return false;
    await job.sleep(3000, context.signal);
  }
}

/** EC2 itself is the receipt: what it shows tells how far an earlier attempt came. */
function receipt(instance: Instance, job: Job): NodeResult {
  const { params } = job;
  if (isRunningAs(instance, params.type))
    return job.result('ok', {
      note: `running as ${params.type}`,
      data: { ...found(instance), state: 'changed' },
    });
  const untouched = instance.State?.Name === 'running';
  return job.result(untouched ? 'absent' : 'interrupted', { note: said(instance), data: found(instance) });
}

/**
 * Half way through an earlier attempt the type is the new one already: then the fleet's label knows the former.
 * Where it does not, what the journal may have of that attempt must not be overwritten with less.
 */
function beforeOf(instance: Instance, wanted: string, target: Target): BeforeState | undefined {
  const label = target.labels['node.kubernetes.io/instance-type'];
  const halfDone = instance.InstanceType === wanted && instance.State?.Name !== 'running';
  if (halfDone && !label) return undefined;
  return {
    type: (halfDone && label) || (instance.InstanceType ?? ''),
    state: instance.State?.Name ?? '',
    address: instance.PrivateIpAddress ?? '',
    ...(instance.PublicIpAddress ? { publicaddress: instance.PublicIpAddress } : {}),
  };
}

function and(before: BeforeState | undefined): { before?: BeforeState } {
  return before ? { before } : {};
}

function isRunningAs(instance: Instance, type: string): boolean {
  return instance.InstanceType === type && instance.State?.Name === 'running';
}

function found(instance: Instance): Record<string, string> {
  return { type: instance.InstanceType ?? '', state: instance.State?.Name ?? '' };
}

function said(instance: Instance): string {
  return `${instance.State?.Name ?? 'unknown'} ${instance.InstanceType ?? ''}`.trim();
}
