import type { EksApi } from '../../aws/eks-api.ts';
import type { StandingLease } from '../fence-network/standing.ts';
import { leaseOn } from './lease.ts';

/** The leases of these clusters of EKS, by their tags: one call for each. */
export async function eksLeases(
  api: Pick<EksApi, 'cluster'>,
  names: string[],
  now: Date,
  signal: AbortSignal,
): Promise<StandingLease[]> {
  const clusters = await Promise.all(names.map((name) => api.cluster(name, signal)));
  return clusters.flatMap((cluster) => {
    const lease = cluster && leaseOn(cluster);
    if (!lease) return [];
    const { run, until, rules } = lease;
    const expired = Date.parse(until) <= now.getTime();
    return [{ run, until, ...(rules && { rules }), id: `eks/${cluster.name}`, kind: 'eks-cluster', expired }];
  });
}
