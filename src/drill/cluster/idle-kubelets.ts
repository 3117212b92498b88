import { createRandom } from '../random.ts';
import type { Cluster } from './cluster.ts';
import { Kubelet } from './kubelet.ts';
import { leaseMs } from './node-lease.ts';

/** The kubelets of all workers, which only renew their leases: no pod is scheduled. */
export function idleKubelets(cluster: Cluster, everyMs: number): Kubelet[] {
  const { seed, workers, kubeletActive } = cluster.parts;
  const random = createRandom(seed, 'kubelets');
  return workers.map(
    (node, index) =>
      new Kubelet({
        ...cluster.client(node, index),
        everyMs,
        leaseMs: leaseMs(everyMs),
        beginAfterMs: random.next() * everyMs,
        pods: [],
        random,
        active: () => kubeletActive(node),
        runs: () => {
          throw new Error('no pod is scheduled in this cluster');
        },
      }),
  );
}
