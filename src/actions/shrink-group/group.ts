import type { AutoScalingGroup, Instance as Member } from '@aws-sdk/client-auto-scaling';

/** What a scaling group would do to a machine that was taken out. */
export const PROCESSES = ['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy', 'AZRebalance'];

/** On the group: the run that suspended it, which processes, and its sizes at that time. On a machine: the run that took it out. */
export const TAG = { run: 'fireaxe:run', suspended: 'fireaxe:suspended', sizes: 'fireaxe:sizes' };

/** EC2's filter for the machines of a group. */
export function inGroup(name: string): Record<string, string> {
  return { 'tag:aws:autoscaling:groupName': name };
}

export function suspendedIn(group: AutoScalingGroup): string[] {
  return (group.SuspendedProcesses ?? []).map((one) => one.ProcessName ?? '');
}

function tagOf(group: AutoScalingGroup, key: string): string | undefined {
  return group.Tags?.find((tag) => tag.Key === key)?.Value;
}

/** The processes that Fireaxe suspended, by the group's tag; undefined where it suspended none. */
export function oursIn(group: AutoScalingGroup): string[] | undefined {
  return tagOf(group, TAG.suspended)?.split(' ').filter(Boolean);
}

/** Suspended by somebody else: these stay suspended after an undo. */
export function othersIn(group: AutoScalingGroup): string[] {
  const ours = oursIn(group) ?? [];
  return suspendedIn(group).filter((name) => !ours.includes(name));
}

/** What is still to suspend, and what the tag must say before that: a run that was killed in between finds it there. */
export function toSuspend(group: AutoScalingGroup): { missing: string[]; ours: string[] } {
  const missing = PROCESSES.filter((name) => !suspendedIn(group).includes(name));
  return { missing, ours: [...new Set([...(oursIn(group) ?? []), ...missing])] };
}

export function sizesOf(group: AutoScalingGroup): string {
  return `min ${group.MinSize} desired ${group.DesiredCapacity} max ${group.MaxSize}`;
}

/** The sizes when the first machine was taken out, by the group's tag. */
export function formerSizes(group: AutoScalingGroup): string | undefined {
  return tagOf(group, TAG.sizes);
}

/** A group may count its machines by weights. */
export function weightOf(member: Member | undefined): number {
  return Number(member?.WeightedCapacity ?? 1);
}

export function memberIn(group: AutoScalingGroup, id: string): Member | undefined {
  return group.Instances?.find((member) => member.InstanceId === id);
}

export const isInService = (member: Member | undefined) => member?.LifecycleState === 'InService';

/** The capacity that serves when these machines are out. */
export function capacityWithout(group: AutoScalingGroup, out: string[]): number {
  return (group.Instances ?? [])
    .filter((member) => isInService(member) && !out.includes(member.InstanceId ?? ''))
    .reduce((sum, member) => sum + weightOf(member), 0);
}
