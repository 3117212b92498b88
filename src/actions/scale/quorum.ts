import type { Target } from '../../kit/types.ts';
import { nodeScript } from '../../node/script.ts';
import type { Outcome } from '../../transport/types.ts';
import { type Action, type CloudContext, defineAction } from '../types.ts';
import node from './etcd-health.sh';

/** Reads one member's health; not an action that a user can name, and it changes nothing. */
export const etcdHealth = defineAction({
  name: 'etcd-health',
  title: 'Read the etcd member',
  danger: 'read',
  scope: 'node',
  parameters: {},
  summary: () => 'read the etcd member',
  node: { fragments: { node }, variables: () => ({}) },
}) as Action;

const READ_MS = 10_000;

/** Nodes that run etcd: those with the role, or the control plane where no node has the role. */
export function membersOf(targets: Target[]): Target[] {
  const etcd = targets.filter((target) => target.roles.includes('etcd'));
  return etcd.length > 0 ? etcd : targets.filter((target) => target.roles.includes('control-plane'));
}

/** One member as its own host reports it. */
export interface Member {
  node: string;
  /** It counts in the quorum, even if an alarm makes it report itself unhealthy. */
  votes: boolean;
  /** It replicates, and has no vote yet. */
  learner: boolean;
  alarms: string[];
  /** Why it does not vote; empty where it does. */
  why: string;
  /** How many members it knows, itself and learners among them. */
  knows?: number;
}

/** Reads each member on its own host. A member that does not answer does not count. */
export async function readMembers(members: Target[], context: CloudContext): Promise<Member[]> {
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
  const outcomes = new Map((await context.reach(members, health)).map((one) => [one.target, one]));
  return members.map(({ name }) => memberOf(name, outcomes.get(name)));
}

function memberOf(node: string, outcome: Outcome | undefined): Member {
  const data = (outcome?.state === 'ok' && outcome.result?.data) || {};
  const alarms = (data.etcdAlarms ?? '').split(' ').filter(Boolean);
  const learner = data.etcdLearner === '1';
  // A corrupt member's vote cannot be relied on.
  const votes = data.etcdVotes === '1' && !learner && !alarms.includes('CORRUPT');
  const why = votes ? '' : whyNot(outcome, data, { alarms, learner });
  const knows = Number(data.etcdMembers);
  return { node, votes, learner, alarms, why, ...(knows > 0 && { knows }) };
}

function whyNot(
  outcome: Outcome | undefined,
  data: Record<string, string>,
  { alarms, learner }: Pick<Member, 'alarms' | 'learner'>,
): string {
  if (outcome?.state !== 'ok') {
    const why = outcome?.reason?.message ?? outcome?.result?.note;
    return why === undefined ? 'not reached' : `not read: ${why}`;
  }
  if (learner) return 'a learner, without a vote';
  if (alarms.length > 0) return `alarm ${alarms.join(', ')}`;
  if (data.etcd === 'failing') return data.etcdReason ? `not healthy: ${data.etcdReason}` : 'not healthy';
  return 'does not answer at port 2381';
}

export interface QuorumCheck {
  /** Why this machine must not go down now. */
  refusal?: string;
  /** What to know before consent, although it does not rule the change out. */
  note?: string;
}

/** Whether a majority of the voting members remains with this machine down. */
export async function checkQuorum(
  target: Target,
  floor: number | undefined,
  context: CloudContext,
): Promise<QuorumCheck> {
  const hosts = membersOf(context.targets);
  if (hosts.length === 0) return { refusal: 'the fleet has no etcd or control-plane node to count' };
  if (!hosts.some((host) => host.name === target.name)) return {};
  const members = await readMembers(hosts, context);
  const note = alarmNote(members);
  const voters = members.filter((member) => !member.learner);
  // A learner has no vote to lose.
  if (!voters.some((member) => member.node === target.name)) return note;
  const needed = Math.max(Math.floor(voters.length / 2) + 1, floor ?? 0);
  const others = voters.filter((member) => member.node !== target.name);
  if (others.length < needed)
    return {
      refusal: `etcd has ${voters.length} voting member${voters.length === 1 ? '' : 's'}: without ${target.name} at most ${others.length} remain, ${needed} are required`,
    };
  const missing = others.filter((member) => !member.votes);
  const left = others.length - missing.length;
  if (left >= needed) return note;
  const why = missing.map((member) => `${member.node}: ${member.why}`).join(', ');
  return {
    refusal: `without ${target.name} only ${left} of ${voters.length} voting etcd members are known to be in the quorum, ${needed} are required (${why})`,
  };
}

/** A bigger machine does not clear an alarm. */
function alarmNote(members: Member[]): QuorumCheck {
  const alarmed = members.filter((member) => member.alarms.length > 0);
  if (alarmed.length === 0) return {};
  const names = [...new Set(alarmed.flatMap((member) => member.alarms))].join(', ');
  return {
    note: `etcd alarm ${names} on ${alarmed.map((member) => member.node).join(', ')}: a bigger machine does not clear it (fireaxe probe says how)`,
  };
}
