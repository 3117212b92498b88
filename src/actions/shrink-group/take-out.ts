import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { BeforeState } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { claimsOf } from './claims.ts';
import { formerSizes, othersIn, sizesOf, TAG, toSuspend } from './group.ts';
import { holderOf, type Job, look, placeOf, type Seen, said } from './job.ts';
import { move } from './move.ts';
import { belowFloor, unsuitable } from './refusals.ts';

/** Takes a machine out of service: claimed by a tag, its group suspended, then stopped or put on standby. */
export async function takeOut(op: 'check' | 'apply', job: Job): Promise<NodeResult> {
  const { context, params, ec2, id, target, signal } = job;
  const seen = await look(job);
  const { instance, member } = seen;
  if (!instance) return job.result('refused', { code: 'gone', note: `EC2 has no ${id} there` });
  const holder = holderOf(instance);
  const ours = holder === context.runId;
  if (placeOf(seen, params.how) === 'out' && !ours)
    return job.result('already', { note: `${said(seen)}${holder ? `, by run ${holder}` : ''}` });
  const name = member?.AutoScalingGroupName;
  const group = name === undefined ? undefined : await job.groups.group(name, signal);
  if (!name || !group) return job.result('refused', { code: 'no-group', note: 'it is in no scaling group' });
  // What an earlier attempt of this run has begun is finished.
  const refusal = ours ? undefined : await unsuitable(job, seen, group);
  if (refusal) return job.result('refused', refusal);
  const before = context.before ?? beforeOf(group, name, params.how);
  const serves = placeOf(seen, params.how) === 'in';
  const claims = claimsOf(context.shared, target.cloud!, name);
  const short = serves && (await claims.claim(id, (claimed) => belowFloor(job, group, claimed)));
  if (op === 'check') {
    if (short) return job.result('refused', short);
    return job.result('would', {
      before,
      note: `${said(seen)} (${sizesOf(group)}); ${effects(seen, job, group)}`,
    });
  }
  if (!short) {
    await context.saveBefore(before);
    if (!ours) await ec2.tag(id, { [TAG.run]: context.runId }, signal);
  }
  // Counted once more after the tag: of two runs that take machines at the same time, each sees the other.
  const refused = short || (serves && (await belowFloor(job, group, claims.others(id))));
  if (refused) {
    claims.release(id);
    if (ours || !short) await ec2.untag(id, { [TAG.run]: context.runId }, signal);
    return job.result('refused', refused);
  }
  await suspend(job, name, group);
  const out = await move(job, params.how, name, 'out');
  return job.result('changed', { before, note: said(out) });
}

function beforeOf(group: AutoScalingGroup, name: string, how: string): BeforeState {
  return { group: name, how, sizes: sizesOf(group), suspended: othersIn(group).join(' ') };
}

/** Once a group: the tag first, so that it names what is suspended wherever this is killed. */
async function suspend(
  { groups, context, signal }: Job,
  name: string,
  group: AutoScalingGroup,
): Promise<void> {
  const { missing, ours } = toSuspend(group);
  if (missing.length === 0) return;
  const sizes = formerSizes(group) ?? sizesOf(group);
  const tags = { [TAG.run]: context.runId, [TAG.suspended]: ours.join(' '), [TAG.sizes]: sizes };
  await groups.tag(name, tags, signal);
  context.note(`group ${name}: suspending ${missing.join(', ')}`);
  await groups.suspend(name, missing, signal);
}

function effects({ instance }: Seen, { params }: Job, group: AutoScalingGroup): string {
  const { missing } = toSuspend(group);
  const suspends = missing.length > 0 ? `; suspends ${missing.join(', ')} of the group` : '';
  if (params.how === 'standby')
    return `would be put on standby, desired capacity one less; machine and kubelet keep running${suspends}`;
  const address = instance?.PublicIpAddress ? '; its public address changes unless it is an Elastic IP' : '';
  return `would be stopped and lose its instance-store disks${address}${suspends}`;
}
