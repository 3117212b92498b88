import type { Refusal } from '../cloud/side.ts';
import { membersOf, readMembers } from '../scale/quorum.ts';
import type { Job } from './job.ts';

/** Machines that the control plane had before, of which some run etcd beside an API server. */
function stackedHosts({ context }: Job, without: string[]) {
  const before = context.targets.filter(({ instanceId }) => !without.includes(instanceId ?? ''));
  const hosts = membersOf(before);
  return hosts.some(({ roles }) => roles.includes('control-plane')) ? hosts : [];
}

/**
 * A member that joins counts in the quorum before it votes: those that vote now must be a majority of all with it. A
 * template whose machines join no etcd loses nothing by that.
 */
export async function etcdBefore(job: Job): Promise<Refusal | string> {
  const hosts = stackedHosts(job, []);
  if (hosts.length === 0) return 'etcd runs on machines of its own';
  const members = await readMembers(hosts, job.context);
  const voters = members.filter(({ learner }) => !learner);
  const voting = voters.filter(({ votes }) => votes).length;
  const now = Math.max(voters.length, ...members.map(({ knows = 0 }) => knows));
  const then = now + job.params.add;
  const needed = majority(then);
  const grows = `if each joins etcd: ${now} members become ${then}, of which ${needed} must vote (${majority(now)} now)`;
  if (voting >= needed) return grows;
  const silent = voters.filter(({ votes }) => !votes).map(({ node, why }) => `${node}: ${why}`);
  return {
    code: 'quorum',
    note:
      `${grows}, and ${voting} are known to vote: one that joins and does not start would stop etcd` +
      `${silent.length > 0 ? ` (${silent.join(', ')})` : ''}; add fewer, or --ignore-quorum`,
  };
}

const majority = (of: number) => Math.floor(of / 2) + 1;

/** Why these machines must not end: one may be a member, whose loss counts against the quorum. */
export async function etcdHolds(job: Job, ids: string[]): Promise<string | undefined> {
  if (job.params.ignoreQuorum) return undefined;
  const hosts = stackedHosts(job, ids);
  if (hosts.length === 0) return undefined;
  const members = await readMembers(hosts, job.context);
  const there = members.filter(({ knows }) => knows !== undefined);
  const known = Math.max(0, ...there.map(({ knows = 0 }) => knows));
  if (there.length > 0 && known <= there.length) return undefined;
  const silent = members.filter(({ knows }) => knows === undefined).map(({ node }) => node);
  const said =
    there.length === 0
      ? `etcd does not answer on ${silent.join(', ')}`
      : `etcd knows ${known} members, and ${there.length} answer on the machines of before`;
  return (
    `${ids.join(', ')} may be members of etcd: ${said}. First remove each that is: \`sudo kubeadm reset\` on it, ` +
    'or `etcdctl member remove ID` on another; then undo again'
  );
}
