import type { Cluster } from '@aws-sdk/client-eks';
import { formatTime } from '../../base/time.ts';
import type { BeforeState, Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { eksSide } from '../cloud/eks-side.ts';
import { leasedTo } from '../fence-network/job.ts';
import { bringToList, endpointOf, type Job, lets, listIn, said } from './endpoint.ts';
import { endLease, otherHolder, takeLease } from './lease.ts';
import type { FenceEksParams } from './params.ts';
import { planned } from './plan.ts';

/** The public endpoint of EKS lets in a list of networks, which the fence narrows. */
export const cloudSide = eksSide<FenceEksParams>(operate);

async function operate(op: Op, cluster: Cluster, job: Job): Promise<NodeResult> {
  const { before } = job.context;
  switch (op) {
    case 'check':
    case 'apply':
      return op === 'apply' && before ? carryOut(cluster, before, job) : begin(op, cluster, job);
    case 'verify':
      return verify(cluster, before, job);
    case 'receipt':
      return receipt(cluster, before, job);
    case 'undo':
      return undo(cluster, before, job);
    default:
      return job.result('ok');
  }
}

async function begin(op: 'check' | 'apply', cluster: Cluster, job: Job): Promise<NodeResult> {
  const plan = await planned(cluster, job);
  if ('refusal' in plan) return job.result('refused', plan.refusal);
  if ('nothing' in plan) return job.result('already', { note: plan.nothing });
  const until = formatTime(new Date(job.now() + job.params.for * 1000));
  const before = { ...plan.before, until };
  if (op === 'check') return job.result('would', { before, note: `${plan.note}; lease until ${until}` });
  await job.context.saveBefore(before);
  return carryOut(cluster, before, job);
}

async function carryOut(cluster: Cluster, before: BeforeState, job: Job): Promise<NodeResult> {
  const fenced = listIn(before.fenced);
  const other = changedSince(cluster, before, job);
  if (other) return job.result('failed', { before, code: 'changed-since', note: other });
  await takeLease(cluster, before, job);
  await bringToList(job, fenced, before.token!);
  return job.result('changed', { before, note: `${inForce(before)}; lease until ${before.until}` });
}

/** What the fence was planned for is no longer so. */
function changedSince(cluster: Cluster, before: BeforeState, { name, params }: Job): string | undefined {
  if (![before.former, before.fenced].some((list) => lets(cluster, listIn(list))))
    return `${name} lets in ${said(cluster)}: somebody changed it since`;
  if (before.private === 'on' && !endpointOf(cluster).privateToo && !params.nodesToo)
    return `somebody turned off the private endpoint of ${name} since: its nodes would be cut off`;
  return undefined;
}

const inForce = ({ eks, fenced }: BeforeState) => `${eks} lets in only ${listIn(fenced).join(', ')}`;

async function verify(cluster: Cluster, before: BeforeState | undefined, job: Job): Promise<NodeResult> {
  if (before && lets(cluster, listIn(before.fenced)))
    return job.result('ok', { note: `${inForce(before)}; lease until ${before.until}` });
  return job.result('failed', { code: 'changed', note: `${job.name} lets in ${said(cluster)}` });
}

/** EKS itself is the receipt; without a journaled before-state nothing was begun. */
async function receipt(cluster: Cluster, before: BeforeState | undefined, job: Job): Promise<NodeResult> {
  const note = `${job.name} is ${cluster.status} and lets in ${said(cluster)}`;
  if (!before || otherHolder(cluster, job)) return job.result('absent', { note });
  if (cluster.status === 'ACTIVE' && lets(cluster, listIn(before.fenced)))
    return job.result('ok', { before, note, data: { state: 'changed' } });
  return job.result('interrupted', { note });
}

async function undo(cluster: Cluster, before: BeforeState | undefined, job: Job): Promise<NodeResult> {
  if (!before) return job.result('already', { note: 'nothing was changed' });
  const holder = otherHolder(cluster, job);
  if (holder) return job.result('failed', leasedTo(job.name, holder));
  const former = listIn(before.former);
  const note = `${job.name} lets in ${former.join(', ')}`;
  // Of an update that is under way only its end can tell.
  if (cluster.status === 'ACTIVE' && lets(cluster, former)) {
    await endLease(cluster, job);
    return job.result('already', { note });
  }
  if (cluster.status === 'ACTIVE' && !lets(cluster, listIn(before.fenced))) {
    await endLease(cluster, job);
    return job.result('failed', {
      code: 'changed-since',
      note: `somebody else changed it since, and it stays as it is: ${job.name} lets in ${said(cluster)}`,
    });
  }
  await bringToList(job, former, `${before.token}-undo`);
  await endLease(cluster, job);
  return job.result('changed', { note });
}
