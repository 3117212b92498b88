import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { withOurKeys } from '../../aws/errors.ts';
import { notAllowed } from '../../aws/policy/statement.ts';
import { quote } from '../../base/quote.ts';
import type { Refusal } from '../cloud/side.ts';
import {
  capacityWithout,
  inGroup,
  isInService,
  memberIn,
  othersIn,
  sizesOf,
  TAG,
  weightOf,
} from './group.ts';
import { type Job, placeOf, type Seen, said } from './job.ts';

/** What rules it out, whatever the sizes of the group. */
export async function unsuitable(
  job: Job,
  seen: Seen,
  group: AutoScalingGroup,
): Promise<Refusal | undefined> {
  const { how } = job.params;
  if (seen.member?.LifecycleState !== 'InService' || placeOf(seen, how) !== 'in')
    return { code: 'not-in-service', note: `it is ${said(seen)}` };
  if (group.Status)
    return { code: 'not-in-service', note: `group ${group.AutoScalingGroupName}: ${group.Status}` };
  return how === 'stop' ? cannotStop(job, seen) : cannotReturn(job, group);
}

async function cannotStop(
  { ec2, id, target, signal }: Job,
  { instance }: Seen,
): Promise<Refusal | undefined> {
  if (instance?.InstanceLifecycle === 'spot')
    return { code: 'spot', note: 'a Spot instance stops only by a persistent request: --how standby' };
  if (instance?.RootDeviceType === 'instance-store')
    return { code: 'instance-store', note: 'an instance with an instance-store root cannot be stopped' };
  const denied = await ec2.mayNotStop(id, signal);
  if (denied.length > 0)
    return {
      code: 'not-permitted',
      note: notAllowed(denied),
    };
  if (!(await ec2.stopProtected(id, signal))) return undefined;
  const lift = `aws ec2 modify-instance-attribute --instance-id ${id} --no-disable-api-stop`;
  return {
    code: 'stop-protection',
    note: `its stop protection is on; to turn it off: ${withOurKeys(lift, target.cloud!)}`,
  };
}

function cannotReturn({ target }: Job, group: AutoScalingGroup): Refusal | undefined {
  if (!othersIn(group).includes('Launch')) return undefined;
  const name = group.AutoScalingGroupName!;
  const resume = `aws autoscaling resume-processes --auto-scaling-group-name ${quote(name)} --scaling-processes Launch`;
  return {
    code: 'launch-suspended',
    note: `Launch of group ${name} is suspended, without which nothing returns from standby: --how stop, or ${withOurKeys(resume, target.cloud!)}`,
  };
}

/** Whether the group's smallest size stays in service without this machine, those taken out before, and the claimed ones. */
export async function belowFloor(
  job: Job,
  group: AutoScalingGroup,
  claimed: string[],
): Promise<Refusal | undefined> {
  const { id, params, ec2, signal } = job;
  const name = group.AutoScalingGroupName!;
  const tagged = await ec2.matching({ ...inGroup(name), 'tag-key': TAG.run }, signal);
  const out = [id, ...claimed, ...tagged.map((one) => one.InstanceId ?? '')];
  const left = capacityWithout(group, out);
  const floor = group.MinSize ?? 0;
  // Standby lowers the desired capacity, and AWS refuses one below the smallest size.
  const leaving = [id, ...claimed].map((one) => memberIn(group, one)).filter((one) => isInService(one));
  const desired = (group.DesiredCapacity ?? 0) - leaving.reduce((sum, one) => sum + weightOf(one), 0);
  if (left >= floor && (params.how === 'stop' || desired >= floor)) return undefined;
  return {
    code: 'group-floor',
    note: `group ${name} (${sizesOf(group)}) would have ${left} in service, fewer than its smallest size`,
  };
}
