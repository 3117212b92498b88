import type { Random } from '../random.ts';
import type { LabNode } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { leaseMs } from './node-lease.ts';

/** What the kubelets of all workers have in common that begin without a pod; `everyMs` between renewals of a lease. */
export function kubeletOptions(
  cluster: Cluster,
  { node, index, everyMs, random }: { node: LabNode; index: number; everyMs: number; random: Random },
) {
  return {
    ...cluster.client(node, index),
    everyMs,
    leaseMs: leaseMs(everyMs),
    beginAfterMs: random.next() * everyMs,
    pods: [],
    random,
    active: () => cluster.parts.kubeletActive(node),
  };
}
