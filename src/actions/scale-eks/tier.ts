import type { Cluster } from '@aws-sdk/client-eks';
import type { EksJob } from '../cloud/eks-side.ts';
import { bringTo } from '../cloud/eks-update.ts';
import { type ScaleEksParams, TIERS } from './params.ts';

/** EKS leaves the tier out where nobody ever chose one. */
export function tierOf(cluster: Cluster): string {
  return cluster.controlPlaneScalingConfig?.tier ?? 'standard';
}

/** Of a tier that this version does not know nothing can be said: EKS decides. */
export function isLower(wanted: string, present: string): boolean {
  const rank = (tier: string) => (TIERS as readonly string[]).indexOf(tier);
  return rank(wanted) < rank(present);
}

export async function bringToTier(job: EksJob<ScaleEksParams>, tier: string, token: string): Promise<void> {
  const { api, name, params, signal } = job;
  await bringTo(
    {
      name,
      has: (cluster) => tierOf(cluster) === tier,
      said: tierOf,
      to: tier,
      ask: (_, fresh) => api.setTier(name, tier, fresh, signal),
      token,
      withinMs: params.within * 1000,
    },
    { ...job, note: job.context.note },
  );
}
