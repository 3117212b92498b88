import { Cluster, type ClusterParts } from '../../cluster/cluster.ts';
import { leaseMs } from '../../cluster/node-lease.ts';
import { carried } from '../../cluster/services.ts';
import { COST } from '../../control-plane/capacity.ts';
import { daemonSet, podOf, podSuffix } from '../../control-plane/objects.ts';
import { createRandom } from '../../random.ts';
import { CLOCKS } from '../../time-scale.ts';
import type { Outage, Report } from '../types.ts';
import { LOAD, OFFENDER, USERS } from './about.ts';
import { type Load, loadFor, standingFor } from './load.ts';
import { observe } from './observe.ts';
import { report } from './report.ts';
import type { Sample } from './sample.ts';
import { Tally } from './tally.ts';
import { createWorker, type FloodWorker, offenderState } from './worker.ts';

/** The cluster with the offender's DaemonSet on every worker, and the users' services. */
export class TelemetryFlood implements Outage {
  readonly cluster: Cluster;
  readonly load: Load;
  workers: FloodWorker[] = [];
  readonly #tally = new Tally();
  readonly #callsPerWorker: () => number;
  #beganAt = 0;
  /** From when on each CoreDNS is killed, in milliseconds since the control plane went down. */
  readonly #killsAfter: number[];

  /** Users send each worker so many requests a second. */
  constructor(parts: ClusterParts, callsPerWorker: () => number = () => USERS.callsPerSecond) {
    this.#callsPerWorker = callsPerWorker;
    const { site, controlPlanes, workers, standsFor = 1 } = parts;
    this.load = loadFor(
      workers.length,
      standingFor(LOAD, standsFor),
      site.instanceTypes.controlPlane,
      controlPlanes.length,
      CLOCKS.leaseRenew,
      CLOCKS.dnsRetry,
    );
    this.cluster = new Cluster(parts, {
      costs: {
        listUnits: this.load.listUnits,
        listBytes: COST.list * this.load.size,
        nodeListUnits: this.load.kubeletListUnits,
      },
      // All watches of all workers together pin the same memory, however many the lab really opens.
      wideWatchBytes: (COST.watch * this.load.size * 144) / (this.load.watches * workers.length),
      leaseMs: leaseMs(this.load.kubeletEveryMs),
    });
    const random = createRandom(parts.seed, 'coredns-kills');
    const { dnsKillFirst, dnsKillLast } = CLOCKS;
    this.#killsAfter = Array.from(
      { length: this.cluster.dns.held().of },
      () => dnsKillFirst + random.next() * (dnsKillLast - dnsKillFirst),
    );
  }

  start(): Promise<void> {
    return this.cluster.start();
  }

  /** The DaemonSet reaches every worker at once. */
  begin(): void {
    const { seed, workers } = this.cluster.parts;
    const { store } = this.cluster.controlPlane;
    const set = store.put(
      'daemonsets',
      daemonSet({
        name: OFFENDER.daemonset,
        namespace: OFFENDER.namespace,
        labels: OFFENDER.labels,
        image: `registry.example/${OFFENDER.comm}:2.0`,
        args: OFFENDER.args,
      }),
    );
    const random = createRandom(seed, 'rollout');
    this.workers = workers.map((node, index) =>
      createWorker({
        cluster: this.cluster,
        load: this.load,
        node,
        index,
        pod: store.put('pods', podOf(set, node.spec.name, podSuffix(random))),
        phase: random.next(),
        callsPerSecond: this.#callsPerWorker,
        carried: () => carried(this.cluster.endpoints(), this.#callsPerWorker() * workers.length),
      }),
    );
    this.#beganAt = performance.now();
    this.look();
  }

  look(): Sample {
    const sample = observe(this, performance.now() - this.#beganAt);
    this.#tally.push(sample);
    this.#killDns(sample.at);
    return sample;
  }

  /**
   * Where the agent takes the memory of its node, the kernel kills a CoreDNS that has all its lists. It starts again, and
   * without the API it knows no name.
   */
  #killDns(at: number): void {
    const { brokenAt } = this.#tally.read();
    if (brokenAt === undefined) return;
    const { dns } = this.cluster;
    for (const [n, after] of this.#killsAfter.entries()) {
      const worker = this.workers.find(({ node }) => node === dns.nodeOf(n));
      if (at - brokenAt < after || !worker || offenderState(worker) !== 'flooding') continue;
      if (dns.knowsAlone(n)) dns.kill(n);
    }
  }

  report(): Report {
    const { seed, workers, controlPlanes } = this.cluster.parts;
    return report(this.#tally.read(), this.load, {
      seed,
      workers: workers.length,
      servers: controlPlanes.length,
    });
  }

  stop(): void {
    for (const { kubelet, services } of this.workers) {
      kubelet.stop();
      services.stop();
    }
    this.cluster.stop();
  }
}
