import type { Cluster } from '@aws-sdk/client-eks';
import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { type EksJob, eksSide } from '../cloud/eks-side.ts';
import type { ScaleEksParams } from './params.ts';
import { bringToTier, isLower, tierOf } from './tier.ts';

type Job = EksJob<ScaleEksParams>;

export const cloudSide = eksSide<ScaleEksParams>(operate);

async function operate(op: Op, cluster: Cluster, job: Job): Promise<NodeResult> {
  const { name, params, context } = job;
  const tier = tierOf(cluster);
  const note = `${name} is ${cluster.status}, ${tier}`;
  const there = tier === params.eksTier && cluster.status === 'ACTIVE';
  switch (op) {
    case 'check':
    case 'apply':
      break;
    case 'undo':
      return undo(cluster, note, job);
    case 'verify':
      return there ? job.result('ok', { note }) : job.result('failed', { code: 'not-that-tier', note });
    case 'receipt':
      if (!context.before) return job.result('absent', { note });
      return there
        ? job.result('ok', { note, data: { state: 'changed' } })
        : job.result('interrupted', { note });
    default:
      return job.result('ok');
  }
  if (there && !context.before) return job.result('already', { note });
  if (cluster.status !== 'ACTIVE' && !context.before)
    return job.result('refused', { code: 'eks-busy', note: `${note}: EKS makes one update at a time` });
  if (isLower(params.eksTier, tier) && !params.down && !context.before)
    return job.result('refused', {
      code: 'lower-tier',
      note: `${note}: ${params.eksTier} would serve fewer requests at once (--down)`,
    });
  if (context.before && tier !== context.before.tier && tier !== params.eksTier)
    return job.result('failed', {
      before: context.before,
      code: 'changed-since',
      note: `${note}: somebody changed it since`,
    });
  const before = context.before ?? { eks: name, tier, token: `fireaxe-${context.runId}-${context.stepId}` };
  if (op === 'check')
    return job.result('would', { before, note: `${note}; would become ${params.eksTier} within minutes` });
  await context.saveBefore(before);
  await bringToTier(job, params.eksTier, before.token!);
  return job.result('changed', { before, note: `${before.tier} → ${params.eksTier}` });
}

async function undo(cluster: Cluster, note: string, job: Job): Promise<NodeResult> {
  const { before } = job.context;
  const tier = tierOf(cluster);
  if (!before?.tier) return job.result('already', { note: `nothing was changed: ${note}` });
  if (tier !== job.params.eksTier && tier !== before.tier)
    return job.result('refused', { code: 'changed-since', note: `${note}: somebody changed it since` });
  // Of an update that is under way only its end can tell.
  if (cluster.status === 'ACTIVE' && tier === before.tier) return job.result('already', { note });
  await bringToTier(job, before.tier, `${before.token}-undo`);
  return job.result('changed', { note: `${tier} → ${before.tier}` });
}
