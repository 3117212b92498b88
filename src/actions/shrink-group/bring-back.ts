import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Instance } from '@aws-sdk/client-ec2';
import { withOurKeys } from '../../aws/errors.ts';
import { quote } from '../../base/quote.ts';
import type { NodeResult } from '../../transport/types.ts';
import { claimsOf } from './claims.ts';
import { graceIsOver } from './grace.ts';
import { formerSizes, inGroup, memberIn, oursIn, sizesOf, suspendedIn, TAG } from './group.ts';
import { holderOf, type Job, look, placeOf, said } from './job.ts';
import { move } from './move.ts';
import type { How } from './params.ts';

/** Brings a machine back into service; with the last one of its group, what Fireaxe suspended there is resumed. */
export async function bringBack(job: Job): Promise<NodeResult> {
  const { context, ec2, id, signal } = job;
  const { before } = context;
  const seen = await look(job);
  const holder = holderOf(seen.instance);
  const held = holder === context.runId;
  if (!before?.group)
    return held
      ? job.result('refused', { code: 'no-before', note: 'the journal does not say how it was' })
      : job.result('already', { note: `nothing was changed: ${said(seen)}` });
  if (holder !== undefined && !held)
    return job.result('refused', { code: 'changed-since', note: `run ${holder} has taken it out since` });
  const how = before.how as How;
  const place = placeOf(seen, how);
  claimsOf(context.shared, job.target.cloud!, before.group).release(id);
  // A machine that this run took out carries its tag until it is back.
  if (!held && (place === 'out' || place === 'leaving'))
    return job.result('refused', { code: 'changed-since', note: `somebody else took it out: ${said(seen)}` });
  if (place === 'gone') {
    const { note } = await release(job, before.group);
    return job.result('failed', { code: 'gone', note: `it is ${said(seen)}${note}` });
  }
  const back = await move(job, how, before.group, 'in');
  if (back.member?.HealthStatus?.toUpperCase() === 'UNHEALTHY')
    return job.result('failed', { code: 'not-back', note: replaced(job, before.group) });
  if (held) await ec2.untag(id, { [TAG.run]: context.runId }, signal);
  const { note, early } = await release(job, before.group);
  if (early) return job.result('failed', { code: 'not-back', note: `${said(back)}${note}` });
  const did = place !== 'in' || held || note !== '';
  return job.result(did ? 'changed' : 'already', { note: `${said(back)}${note}` });
}

/** Its tag stays, and so the group stays suspended: resumed, it would terminate the machine. */
function replaced({ id, target }: Job, group: string): string {
  const heal = `aws autoscaling set-instance-health --instance-id ${id} --health-status Healthy`;
  return `group ${group} counts it as unhealthy and would replace it, so its processes stay suspended: ${withOurKeys(heal, target.cloud!)}, then undo again`;
}

/** Resumes what Fireaxe suspended, unless machines of the group are still out. `note` is what to add to a note. */
async function release(job: Job, name: string): Promise<{ note: string; early?: true }> {
  const { groups, signal } = job;
  const found = await groups.group(name, signal);
  if (!found) return { note: `; group ${name} is gone` };
  if (!oursIn(found)) return { note: '' };
  const still = await stillOut(job, name, found);
  if (still.length > 0) return { note: `; group ${name} stays suspended until ${whoseTurn(still, job)}` };
  if (!(await graceIsOver(job, found)))
    return {
      early: true,
      note: `; group ${name} stays suspended: it would replace what still starts, and its grace period of ${found.HealthCheckGracePeriod} s is longer than --within; undo again when it is over`,
    };
  // Another machine of this run may have resumed it meanwhile.
  const group = (await groups.group(name, signal)) ?? found;
  const ours = oursIn(group);
  if (!ours) return { note: '' };
  const resumed = ours.filter((process) => suspendedIn(group).includes(process));
  if (resumed.length > 0) await groups.resume(name, resumed, signal);
  await groups.untag(name, Object.values(TAG), signal);
  const former = formerSizes(group);
  const sizes = sizesOf(group);
  const differs = former !== undefined && former !== sizes;
  return {
    note: `; group ${name} resumed${differs ? `; somebody changed its sizes: ${former} → ${sizes}, left so` : ''}`,
  };
}

/** Machines that this or another run took out. One that serves again counts only for another run, which may be about to take it. */
async function stillOut(
  { ec2, id, context, signal }: Job,
  name: string,
  group: AutoScalingGroup,
): Promise<Instance[]> {
  const tagged = await ec2.matching({ ...inGroup(name), 'tag-key': TAG.run }, signal);
  return tagged.filter((one) => {
    if (one.InstanceId === id) return false;
    const cycle = memberIn(group, one.InstanceId ?? '')?.LifecycleState;
    const serves = one.State?.Name === 'running' && cycle === 'InService';
    return !serves || holderOf(one) !== context.runId;
  });
}

/** Only the run that took a machine out brings it back. */
function whoseTurn(still: Instance[], { context }: Job): string {
  const runs = new Set(still.map((one) => holderOf(one) ?? '').filter((run) => run !== context.runId));
  const undo = [...runs].map((run) => `fireaxe undo ${quote(run)}`);
  const said = `${still.length} more ${still.length === 1 ? 'is' : 'are'} back`;
  return undo.length > 0 ? `${said} (${undo.join(', ')})` : said;
}
