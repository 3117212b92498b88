import { z } from 'zod';
import type { Target } from '../../kit/types.ts';
import { nodeScript } from '../node-script.ts';
import { type Action, type CloudContext, defineAction } from '../types.ts';
import script from './etcd-health.sh';

/** Reads one member's health; it is no action of its own and changes nothing. */
const etcdHealth = defineAction({
  name: 'etcd-health',
  title: 'Read the etcd member',
  danger: 'read',
  scope: 'node',
  params: z.strictObject({}),
  summary: () => 'read the etcd member',
  node: { script, variables: () => ({}) },
}) as Action;

const READ_MS = 10_000;

/** Nodes that run etcd: those with the role; where no node has it, the control plane. */
export function membersOf(targets: Target[]): Target[] {
  const etcd = targets.filter((target) => target.roles.includes('etcd'));
  return etcd.length > 0 ? etcd : targets.filter((target) => target.roles.includes('control-plane'));
}

/** Names of the nodes whose member says that it is healthy. Who does not answer is not. */
export async function healthyMembers(members: Target[], context: CloudContext): Promise<string[]> {
  if (members.length === 0) return [];
  const health = nodeScript({
    action: etcdHealth,
    params: {},
    op: 'check',
    runId: context.runId,
    stepId: context.stepId,
    notAfter: new Date(Date.now() + 60_000),
    deadlineMs: READ_MS,
    context,
  });
  const outcomes = await context.reach(members, health);
  return outcomes
    .filter((outcome) => outcome.state === 'ok' && outcome.result?.data?.etcd === 'ok')
    .map((outcome) => outcome.target);
}

/** Why this machine must not go down now; undefined when it may. */
export async function quorumRefusal(
  target: Target,
  floor: number | undefined,
  context: CloudContext,
): Promise<string | undefined> {
  const members = membersOf(context.targets);
  if (members.length === 0) return 'the fleet names no etcd member and no control-plane node to count';
  if (!members.some((member) => member.name === target.name)) return undefined;
  const majority = Math.floor(members.length / 2) + 1;
  const needed = Math.max(majority, floor ?? 0);
  const others = members.filter((member) => member.name !== target.name);
  if (others.length < needed)
    return `etcd has ${members.length} member${members.length === 1 ? '' : 's'}: without ${target.name} at most ${others.length} remain, ${needed} must`;
  const healthy = await healthyMembers(others, context);
  if (healthy.length >= needed) return undefined;
  const sick = others.map((member) => member.name).filter((name) => !healthy.includes(name));
  return `without ${target.name} only ${healthy.length} of ${members.length} etcd members are known to be healthy, ${needed} must be (not healthy or not answering: ${sick.join(', ')})`;
}
