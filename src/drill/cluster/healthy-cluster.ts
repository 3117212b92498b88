import { COST } from '../control-plane/capacity.ts';
import { createRandom } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';
import { Cluster, type ClusterParts } from './cluster.ts';
import { idleKubelets } from './idle-kubelets.ts';
import type { Kubelet } from './kubelet.ts';
import { leaseMs } from './node-lease.ts';
import { paceOf } from './pace.ts';
import { carried, Services } from './services.ts';

/** Names that each worker looks up. */
const NAMES = 5;

/** A healthy cluster: its kubelets renew their leases, its workers serve users. */
export class HealthyCluster {
  readonly cluster: Cluster;
  readonly #everyMs: number;
  readonly #callsPerWorker: () => number;
  #kubelets: Kubelet[] = [];
  #services: Services[] = [];

  /** Users send each worker so many requests a second. */
  constructor(parts: ClusterParts, callsPerWorker: () => number) {
    this.#everyMs = paceOf(parts.workers.length, CLOCKS.leaseRenew);
    this.#callsPerWorker = callsPerWorker;
    this.cluster = new Cluster(parts, {
      costs: { listUnits: 1, listBytes: COST.small.bytes, nodeListUnits: 1 },
      wideWatchBytes: COST.smallWatch,
      leaseMs: leaseMs(this.#everyMs),
    });
  }

  async start(): Promise<void> {
    await this.cluster.start();
    this.#kubelets = idleKubelets(this.cluster, this.#everyMs);
  }

  /** From now on users come. */
  serve(): void {
    const { seed, workers } = this.cluster.parts;
    this.#services = workers.map(
      (node) =>
        new Services({
          node,
          resolve: (pick) => this.cluster.dns.resolve(pick),
          names: NAMES,
          callsPerSecond: this.#callsPerWorker,
          retryMs: paceOf(workers.length, CLOCKS.dnsRetry),
          carried: () => carried(this.cluster.endpoints(), this.#callsPerWorker() * workers.length),
          random: createRandom(seed, `services/${node.spec.name}`),
        }),
    );
  }

  services(): readonly Services[] {
    return this.#services;
  }

  stop(): void {
    for (const kubelet of this.#kubelets) kubelet.stop();
    for (const services of this.#services) services.stop();
    this.cluster.stop();
  }
}
