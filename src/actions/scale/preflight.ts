import type { Instance } from '@aws-sdk/client-ec2';
import type { Ec2Api } from '../../aws/ec2-api.ts';
import { withOurKeys } from '../../aws/errors.ts';
import { notAllowed } from '../../aws/policy/statement.ts';
import { TRANSPORTS } from '../../fleet/transports.ts';
import type { Target } from '../../kit/types.ts';
import type { ResultCode } from '../../transport/codes/results.ts';
import type { ScaleParams } from './params.ts';

export interface Refusal {
  code: ResultCode;
  note: string;
}

/** What rules a change of type out, whatever the state of the cluster. */
export async function unsuitable(
  api: Ec2Api,
  instance: Instance,
  params: Pick<ScaleParams, 'type' | 'groupSuspended' | 'ignoreQuorum'>,
  target: Target,
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
        'ReplaceUnhealthy and AZRebalance, then add --group-suspended (groupSuspended: true in a playbook)',
    };
  const facts = await api.type(params.type, signal);
  if (!facts) return { code: 'no-such-type', note: `EC2 has no type ${params.type} in this region` };
  const architectures: string[] = facts.ProcessorInfo?.SupportedArchitectures ?? [];
  if (instance.Architecture && !architectures.includes(instance.Architecture))
    return {
      code: 'architecture',
      note: `the machine is ${instance.Architecture}, ${params.type} is ${architectures.join(' or ')}`,
    };
  if (
    isPublic(instance, target) &&
    !target.via.some((name) => TRANSPORTS[name].addressedBy === 'instance-id') &&
    !params.ignoreQuorum
  )
    return {
      code: 'address-changes',
      note:
        `it is reached only at ${target.address}, a public address that changes with a stop; its etcd member could not ` +
        'be read afterwards. Give it an Elastic IP, or put its private address or ssm in the kit',
    };
  return mayNot(api, instance, params.type, target, signal);
}

/** Checks before the stop what would otherwise fail half way, with the machine down. */
async function mayNot(
  api: Ec2Api,
  instance: Instance,
  type: string,
  target: Target,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const id = instance.InstanceId!;
  const down = instance.State?.Name === 'stopped' || instance.State?.Name === 'stopping';
  const calls = (await api.notAllowed(id, type, signal)).filter((call) => !(down && call.includes('Stop')));
  if (calls.length > 0)
    return {
      code: 'not-permitted',
      note: notAllowed(calls),
    };
  if (!down && (await api.stopProtected(id, signal))) {
    const lift = `aws ec2 modify-instance-attribute --instance-id ${id} --no-disable-api-stop`;
    return {
      code: 'stop-protection',
      note: `its stop protection is on; to turn it off: ${withOurKeys(lift, target.cloud!)}`,
    };
  }
  return undefined;
}

/** Reached at an address that EC2 takes away when it stops; an Elastic IP has an account as its owner. */
function isPublic(instance: Instance, target: Target): boolean {
  return target.address === instance.PublicIpAddress && !isElastic(instance);
}

function isElastic({ NetworkInterfaces = [], PublicIpAddress }: Instance): boolean {
  const found = NetworkInterfaces.map((one) => one.Association).find((a) => a?.PublicIp === PublicIpAddress);
  return found?.IpOwnerId !== undefined && found.IpOwnerId !== 'amazon';
}

/** What is lost or changes besides the type, shown before consent. */
export function sideEffects(instance: Instance): string {
  const volatile =
    instance.PublicIpAddress && !isElastic(instance)
      ? `; its public address ${instance.PublicIpAddress} changes`
      : '';
  const host =
    instance.Placement?.Tenancy === 'host' ? '; its dedicated host must have room for the type' : '';
  const asleep =
    instance.StateReason?.Code === 'Client.UserInitiatedHibernate'
      ? '; it is hibernated, and resumes with its memory'
      : '';
  return `it is down during the change and loses its instance-store disks${volatile}${host}${asleep}`;
}
