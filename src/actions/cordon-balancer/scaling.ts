import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { isClassic } from '../../aws/elb-classic-api.ts';
import { withOurKeys } from '../../aws/errors.ts';
import { FireaxeError } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import type { Refusal } from '../cloud/side.ts';
import type { Job } from './job.ts';
import type { Registration } from './registration.ts';

/** Without one of these a group replaces no machine for its health. */
const REPLACING = ['ReplaceUnhealthy', 'HealthCheck', 'Terminate'];

/**
 * A scaling group that takes its balancers' word for the health of its machines terminates one that they no longer have.
 * Why nothing is done, or what to know of it.
 */
export async function replacedBy(own: Registration[], job: Job): Promise<Refusal | string> {
  try {
    return await judged(own, job);
  } catch (error) {
    if (!(error instanceof FireaxeError && error.kind === 'credentials')) throw error;
    return `whether a scaling group would replace it is not known: ${error.message}`;
  }
}

async function judged(own: Registration[], { machine, target, params }: Job): Promise<Refusal | string> {
  const group = await machine.group();
  if (!group || !/ELB/.test(group.HealthCheckType ?? '')) return '';
  const attached = attachedTo(group);
  if (!own.some((one) => attached.has(isClassic(one.group) ? one.name : one.group))) return '';
  const name = group.AutoScalingGroupName!;
  const suspended = (group.SuspendedProcesses ?? []).map((one) => one.ProcessName ?? '');
  const off = REPLACING.find((process) => suspended.includes(process));
  if (off)
    return `group ${name} replaces nothing while ${off} is suspended: resume it only when the machine is healthy there again`;
  if (params.mayBeReplaced) return `group ${name} MAY TERMINATE IT AND LAUNCH ANOTHER`;
  const suspend = `aws autoscaling suspend-processes --auto-scaling-group-name ${quote(name)} --scaling-processes ReplaceUnhealthy`;
  return {
    code: 'scaling-group',
    note:
      `group ${name} counts a machine that its balancer no longer has as unhealthy and would terminate it: ` +
      `${withOurKeys(suspend, target.cloud!)}, or add --may-be-replaced`,
  };
}

/** ARNs of its target groups and names of its Classic Load Balancers. */
function attachedTo({ TargetGroupARNs, LoadBalancerNames, TrafficSources }: AutoScalingGroup): Set<string> {
  const sources = TrafficSources?.map(({ Identifier = '' }) => Identifier) ?? [];
  return new Set([...(TargetGroupARNs ?? []), ...(LoadBalancerNames ?? []), ...sources]);
}
