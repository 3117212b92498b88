import type { Cluster } from '../../cluster/cluster.ts';
import { Kubelet } from '../../cluster/kubelet.ts';
import { leaseMs } from '../../cluster/node-lease.ts';
import { podCgroup } from '../../cluster/pod-cgroup.ts';
import { podLogs } from '../../cluster/pod-logs.ts';
import { Services } from '../../cluster/services.ts';
import type { ApiObject } from '../../control-plane/objects.ts';
import { createRandom } from '../../random.ts';
import type { LabNode } from '../../types.ts';
import { OFFENDER, USERS } from './about.ts';
import type { Load } from './load.ts';
import { Offender } from './offender.ts';

/** One worker with all that runs on it. */
export interface FloodWorker {
  node: LabNode;
  kubelet: Kubelet<Offender>;
  services: Services;
}

export interface WorkerOptions {
  cluster: Cluster;
  load: Load;
  node: LabNode;
  index: number;
  /** The offender's pod on this node. */
  pod: ApiObject;
  /** In [0, 1): when in the rollout it is this node's turn. */
  phase: number;
  /** Users' requests a second that come here, and the share of them that the endpoints can carry. */
  callsPerSecond(): number;
  carried(): number;
}

export function createWorker({
  cluster,
  load,
  node,
  index,
  pod,
  phase,
  callsPerSecond,
  carried,
}: WorkerOptions): FloodWorker {
  const random = createRandom(cluster.parts.seed, `worker/${node.spec.name}`);
  const client = cluster.client(node, index);
  const kubelet = new Kubelet<Offender>({
    ...client,
    everyMs: load.kubeletEveryMs,
    leaseMs: leaseMs(load.kubeletEveryMs),
    beginAfterMs: phase * load.rolloutMs,
    pods: [pod],
    random,
    active: () => cluster.parts.kubeletActive(node),
    mainPid: () => cluster.parts.kubeletPid?.(node),
    runs: (of, restart) => {
      podLogs(node, of);
      return new Offender({
        ...client,
        load,
        comm: OFFENDER.comm,
        args: OFFENDER.args,
        cgroup: podCgroup(of.metadata.uid ?? '', random.hex(64)),
        phase: random.next(),
        restart,
      });
    },
  });
  const services = new Services({
    node,
    resolve: (pick) => cluster.dns.resolve(pick),
    names: USERS.names,
    callsPerSecond,
    retryMs: load.dnsRetryMs,
    carried,
    random,
  });
  return { node, kubelet, services };
}

/**
 * `held` is wanted there and kept from its turns, be it stopped or not started again;
 * the lab itself never keeps one from anything.
 */
export function offenderState({ kubelet }: FloodWorker): 'flooding' | 'held' | 'absent' {
  const offenders = kubelet.containers().filter((o) => o.process.alive());
  if (offenders.some((o) => o.turns())) return 'flooding';
  if (offenders.some((o) => o.fresh()) || kubelet.starting()) return 'absent';
  return offenders.length > 0 || kubelet.wanted() > 0 ? 'held' : 'absent';
}
