import type { AutoScalingGroup, AutoScalingInstanceDetails } from '@aws-sdk/client-auto-scaling';
import type { Instance } from '@aws-sdk/client-ec2';
import type { AutoScalingApi } from '../../aws/auto-scaling-api.ts';
import type { Ec2Api } from '../../aws/ec2-api.ts';
import { tagsOf } from '../../aws/ec2-tags.ts';
import type { CloudJob } from '../cloud/side.ts';
import { TAG } from './group.ts';
import type { How, ShrinkGroupParams } from './params.ts';

/** One machine's turn. */
export interface Job extends CloudJob<ShrinkGroupParams> {
  ec2: Ec2Api;
  groups: AutoScalingApi;
  id: string;
}

/** A machine as EC2 and Auto Scaling see it. */
export interface Seen {
  instance: Instance | undefined;
  member: AutoScalingInstanceDetails | undefined;
}

export async function look({ ec2, groups, id, signal }: Job): Promise<Seen> {
  const [instance, member] = await Promise.all([ec2.instance(id, signal), groups.member(id, signal)]);
  return { instance, member };
}

/** Read anew each time: other machines of the run change it. */
export async function groupOf({ groups, signal }: Job, name: string): Promise<AutoScalingGroup | undefined> {
  return groups.group(name, signal);
}

/** Where a machine is between serving and out. */
export type Place = 'in' | 'leaving' | 'out' | 'returning' | 'gone';

export function placeOf({ instance, member }: Seen, how: How): Place {
  const state = instance?.State?.Name;
  if (!instance || state === 'terminated' || state === 'shutting-down') return 'gone';
  if (how === 'stop') {
    if (state === 'stopped') return 'out';
    return state === 'stopping' ? 'leaving' : state === 'pending' ? 'returning' : 'in';
  }
  const cycle = member?.LifecycleState ?? '';
  if (cycle === 'Standby') return 'out';
  if (cycle === 'EnteringStandby') return 'leaving';
  if (cycle === 'InService') return 'in';
  return cycle.startsWith('Pending') ? 'returning' : 'gone';
}

/** As a person would say it: `InService in group workers, running`. */
export function said({ instance, member }: Seen): string {
  const state = instance?.State?.Name ?? 'gone';
  return member ? `${member.LifecycleState} in group ${member.AutoScalingGroupName}, ${state}` : state;
}

/** The run that took the machine out, by its tag. */
export function holderOf(instance: Instance | undefined): string | undefined {
  return instance && tagsOf(instance)[TAG.run];
}
