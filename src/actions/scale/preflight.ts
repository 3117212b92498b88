import type { Instance } from '@aws-sdk/client-ec2';
import type { Ec2Api } from '../../kit/ec2-api.ts';
import type { ScaleParams } from './action.ts';

export interface Refusal {
  code: string;
  note: string;
}

/** What rules a change of type out, whatever the state of the cluster. */
export async function unsuitable(
  api: Ec2Api,
  instance: Instance,
  params: Pick<ScaleParams, 'type' | 'groupSuspended'>,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const state = instance.State?.Name;
  if (state === 'terminated' || state === 'shutting-down')
    return { code: 'gone', note: `the instance is ${state}` };
  if (instance.InstanceLifecycle === 'spot')
    return { code: 'spot', note: 'a Spot instance keeps its type for life' };
  if (instance.RootDeviceType === 'instance-store')
    return { code: 'instance-store', note: 'an instance with an instance-store root cannot be stopped' };
  const group = instance.Tags?.find((tag) => tag.Key === 'aws:autoscaling:groupName')?.Value;
  if (group && !params.groupSuspended)
    return {
      code: 'scaling-group',
      note:
        `scaling group ${group} would replace it while it is stopped: suspend its Launch, Terminate, HealthCheck, ` +
        'ReplaceUnhealthy and AZRebalance, then say groupSuspended=true',
    };
  const facts = await api.type(params.type, signal);
  if (!facts) return { code: 'no-such-type', note: `EC2 has no type ${params.type} in this region` };
  const architectures: string[] = facts.ProcessorInfo?.SupportedArchitectures ?? [];
  if (instance.Architecture && !architectures.includes(instance.Architecture))
    return {
      code: 'architecture',
      note: `the machine is ${instance.Architecture}, ${params.type} is ${architectures.join(' or ')}`,
    };
  return undefined;
}

/** What is lost or changes besides the type, for the people who decide. */
export function sideEffects(instance: Instance): string {
  const volatile = instance.PublicIpAddress ? '; its public address changes unless it is an Elastic IP' : '';
  return `it is down meanwhile and loses its instance-store disks${volatile}`;
}
