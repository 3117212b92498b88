import type { Cluster } from '@aws-sdk/client-eks';
import { type EksApi, eksApi } from '../../aws/eks-api.ts';
import { patiently } from '../../aws/patience.ts';
import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { type CloudJob, sideOf } from './side.ts';

interface EksParams {
  eksCluster?: string | undefined;
  within: number;
}

/** One operation on one EKS cluster. */
export interface EksJob<P> extends CloudJob<P> {
  api: EksApi;
  /** The cluster's name in EKS. */
  name: string;
}

/**
 * The cloud side of an action on an EKS control plane, which is one whole: the target only names the cluster and its
 * cloud profile.
 */
export function eksSide<P extends EksParams>(
  operate: (op: Op, cluster: Cluster, job: EksJob<P>) => Promise<NodeResult>,
) {
  return sideOf<P, { api: EksApi }>({
    parallel: 1,
    longest: ({ within }) => within + 300,
    asks: 'EKS',
    async open(cloud, { env, onTrace, patience }) {
      const api = await eksApi(cloud, { env, onTrace, again: patiently(patience) });
      return { api, close: api.close };
    },
    async operate(op, job) {
      const name = job.params.eksCluster ?? job.target.cluster;
      const cluster = await job.api.cluster(name, job.signal);
      if (cluster) return operate(op, cluster, { ...job, name });
      return job.result('refused', { code: 'gone', note: `EKS has no cluster ${name} here: --eks-cluster` });
    },
  });
}
