import { Cluster, type ClusterParts } from '../../cluster/cluster.ts';
import { idleKubelets } from '../../cluster/idle-kubelets.ts';
import type { Kubelet } from '../../cluster/kubelet.ts';
import { leaseMs } from '../../cluster/node-lease.ts';
import { paceOf } from '../../cluster/pace.ts';
import { COST } from '../../control-plane/capacity.ts';
import { Judge } from '../../judge.ts';
import { CLOCKS } from '../../time-scale.ts';
import type { Outage, Report } from '../types.ts';
import { report } from './report.ts';
import { GOALS, type Sample } from './sample.ts';
import { Steps } from './steps.ts';

/** A cluster of kubelets that renew their leases, until etcd has no room for one more write. */
export class EtcdNospace implements Outage {
  readonly cluster: Cluster;
  readonly #everyMs: number;
  readonly #judge = new Judge(GOALS);
  readonly #steps = new Steps();
  #kubelets: Kubelet[] = [];
  #last: Sample | undefined;
  #beganAt = 0;

  constructor(parts: ClusterParts) {
    this.#everyMs = paceOf(parts.workers.length, CLOCKS.leaseRenew);
    this.cluster = new Cluster(parts, {
      // Nothing here is expensive: the load is not what breaks.
      costs: { listUnits: 1, listBytes: COST.small.bytes, nodeListUnits: 1 },
      wideWatchBytes: COST.smallWatch,
      leaseMs: leaseMs(this.#everyMs),
    });
  }

  async start(): Promise<void> {
    await this.cluster.start();
    this.#kubelets = idleKubelets(this.cluster, this.#everyMs);
  }

  /** The history, which is no longer compacted, has grown beyond the quota; the next write finds that out. */
  begin(): void {
    const { etcd } = this.cluster.controlPlane;
    etcd.stopCompacting();
    etcd.grow(etcd.quotaBytes);
    this.#beganAt = performance.now();
    this.look();
  }

  look(): void {
    this.#last = this.#observe();
    this.#judge.push(this.#last);
    this.#steps.push(this.#last, this.cluster.controlPlane.etcd.compacted());
  }

  report(): Report {
    const { seed, workers } = this.cluster.parts;
    const setup = { seed, workers: workers.length, members: this.cluster.controlPlane.etcd.members.length };
    return report(this.#last ?? this.#observe(), this.#judge.milestones(), this.#steps.read(), setup);
  }

  stop(): void {
    for (const kubelet of this.#kubelets) kubelet.stop();
    this.cluster.stop();
  }

  #observe(): Sample {
    const { hosts, etcd } = this.cluster.controlPlane;
    const answers = hosts.map((host) => host.answers());
    const sizes = etcd.members.map((member) => member.bytes);
    return {
      at: performance.now() - this.#beganAt,
      servers: { ready: this.cluster.controlPlane.ready(), of: hosts.length },
      answers: {
        good: answers.reduce((sum, a) => sum + a.good, 0),
        bad: answers.reduce((sum, a) => sum + a.bad, 0),
      },
      etcd: {
        members: etcd.members.length,
        alarms: etcd.alarms().length,
        overQuota: sizes.filter((bytes) => bytes > etcd.quotaBytes).length,
        bytes: Math.max(...sizes),
        quotaBytes: etcd.quotaBytes,
        bytesInUse: etcd.bytesInUse(),
      },
      workers: this.#kubelets.length,
      leases: this.#kubelets.filter((kubelet) => kubelet.leaseFresh()).length,
    };
  }
}
