import type { Instance } from '@aws-sdk/client-ec2';
import { ec2Api } from '../../aws/ec2-api.ts';
import { patient } from '../../aws/ec2-patience.ts';
import type { Target } from '../../kit/types.ts';
import type { BeforeState, Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { sideOf } from '../cloud/side.ts';
import { and, type Job } from './job.ts';
import type { ScaleParams } from './params.ts';
import { sideEffects, unsuitable } from './preflight.ts';
import { checkQuorum } from './quorum.ts';
import { retypeOrBack } from './retype-or-back.ts';

/** EC2's side of scale. One machine at a time: each has its quorum check when its turn comes. */
export const cloudSide = sideOf<ScaleParams, Pick<Job, 'api' | 'id'>>({
  parallel: 1,
  asks: 'EC2',
  needsInstance: true,
  // Between a stop and a start only this run starts the machine again, so it asks EC2 until it answers.
  asksFor: ({ within }) => within,
  async open(cloud, { env, onTrace, patience }, { target }) {
    const opened = await ec2Api(cloud, env, onTrace);
    return { api: patient(opened, patience), id: target.instanceId!, close: () => opened.close() };
  },
  operate,
});

async function operate(op: Op, job: Job): Promise<NodeResult> {
  const instance = await job.api.instance(job.id, job.context.signal);
  if (!instance) return job.result('refused', { code: 'gone', note: unknownTo(job) });
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
  if (type) return change(instance, type, 'undo', job);
  // The journal has the state before the change, so without it nothing was changed.
  if (instance.State?.Name === 'running' && instance.InstanceType !== job.params.type)
    return job.result('already', { note: `nothing was changed: ${said(instance)}` });
  return job.result('refused', { code: 'no-before', note: 'the journal has no former type to restore' });
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
    return job.result('already', { ...and(before), note: `already running as ${type}` });
  const refusal = await unsuitable(job.api, instance, { ...params, type }, target, context.signal);
  if (refusal) return job.result('refused', refusal);
  // Only a machine that goes down can cost the quorum a member: one that is down already, or only starts, cannot.
  const state = instance.State?.Name;
  const takesDown = state === 'running' || (state === 'pending' && instance.InstanceType !== type);
  const quorum = takesDown && !params.ignoreQuorum ? await checkQuorum(target, params.floor, context) : {};
  if (quorum.refusal) return job.result('refused', { code: 'quorum', note: quorum.refusal });
  if (op === 'check')
    return job.result('would', {
      ...and(before),
      note: `${said(instance)}; would become ${type}: ${sideEffects(instance)}${quorum.note ? `; ${quorum.note}` : ''}`,
    });
  if (quorum.note) context.note(quorum.note);
  if (op === 'apply' && before) await context.saveBefore(before);
  return retypeOrBack(instance, before, type, job);
}

/** The usual cause is the wrong account or region. */
function unknownTo({ id, target }: Job): string {
  const { profile, region } = target.cloud!;
  const whose = profile ? `the account of profile ${profile}` : 'this account';
  return `EC2 has no ${id} in ${region} in ${whose}: check the account and region (aws sts get-caller-identity) and the age of the fleet snapshot`;
}

/** EC2 itself is the receipt: the machine's state shows how far an earlier attempt came. */
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
 * Half way through an earlier attempt the type is already the new one; the fleet's label then has the former.
 * Without that label nothing is recorded, so that the journal's record of the earlier attempt stays.
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

function isRunningAs(instance: Instance, type: string): boolean {
  return instance.InstanceType === type && instance.State?.Name === 'running';
}

function found(instance: Instance): Record<string, string> {
  return { type: instance.InstanceType ?? '', state: instance.State?.Name ?? '' };
}

function said(instance: Instance): string {
  return `${instance.State?.Name ?? 'unknown'} ${instance.InstanceType ?? ''}`.trim();
}
