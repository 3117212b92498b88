import { createRandom } from '../random.ts';
import type { Cluster } from './cluster.ts';
import { Kubelet } from './kubelet.ts';
import { kubeletOptions } from './kubelet-options.ts';

/** The kubelets of all workers, which only renew their leases: no pod is scheduled. */
export function idleKubelets(cluster: Cluster, everyMs: number): Kubelet[] {
  const { seed, workers } = cluster.parts;
  const random = createRandom(seed, 'kubelets');
  return workers.map(
    (node, index) =>
      new Kubelet({
        ...kubeletOptions(cluster, { node, index, everyMs, random }),
        runs: () => {
          throw new Error('no pod is scheduled in this cluster');
        },
      }),
  );
}
