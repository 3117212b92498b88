import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { autoScalingApi } from '../../aws/auto-scaling-api.ts';
import { ec2Api } from '../../aws/ec2-api.ts';
import { patient } from '../../aws/ec2-patience.ts';
import { patiently } from '../../aws/patience.ts';
import type { CloudProfile } from '../../kit/types.ts';
import type { CloudJob, Opening } from '../cloud/side.ts';

/** What other services know of the node's machine; each is asked only where it matters. */
export interface Machine {
  /** Its VPC; undefined where EC2 does not know it. */
  vpc(): Promise<string | undefined>;
  /** The scaling group in which it serves; undefined where it is in none, or on standby. */
  group(): Promise<AutoScalingGroup | undefined>;
}

export function machineOf(
  cloud: CloudProfile,
  { env, onTrace, patience }: Opening,
  { target, signal }: Pick<CloudJob<unknown>, 'target' | 'signal'>,
): Machine {
  const id = target.instanceId?.startsWith('i-') ? target.instanceId : undefined;
  let asked: Promise<string | undefined> | undefined;
  return {
    async vpc() {
      if (id === undefined) return undefined;
      asked ??= vpcOf(id);
      return asked;
    },

    async group() {
      if (id === undefined) return undefined;
      const api = await autoScalingApi(cloud, { env, onTrace, again: patiently(patience) });
      try {
        const member = await api.member(id, signal);
        if (member?.LifecycleState !== 'InService') return undefined;
        return await api.group(member.AutoScalingGroupName!, signal);
      } finally {
        api.close();
      }
    },
  };

  async function vpcOf(instance: string): Promise<string | undefined> {
    const ec2 = patient(await ec2Api(cloud, env, onTrace), patience);
    try {
      return (await ec2.instance(instance, signal))?.VpcId;
    } finally {
      ec2.close();
    }
  }
}
