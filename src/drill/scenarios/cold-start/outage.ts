import { Cluster, type ClusterParts } from '../../cluster/cluster.ts';
import { leaseMs } from '../../cluster/node-lease.ts';
import { paceOf } from '../../cluster/pace.ts';
import { carried, Services } from '../../cluster/services.ts';
import { COST } from '../../control-plane/capacity.ts';
import { podOf, podSuffix } from '../../control-plane/objects.ts';
import { createRandom, type Random } from '../../random.ts';
import { SimulatedRegistry } from '../../registry/registry.ts';
import { CLOCKS } from '../../time-scale.ts';
import type { Outage, Report } from '../types.ts';
import { daemonSets, registryLimit, USERS } from './about.ts';
import { report } from './report.ts';
import type { Sample } from './sample.ts';
import { Tally } from './tally.ts';
import { type ColdWorker, createColdWorker } from './worker.ts';

/** Half the time that a request of a pull takes. */
const PULL_LOOK_MS = CLOCKS.pullRequest / 2;

/** A cluster after a loss of power: its workers have no image, its API servers wait in the longest back-off. */
export class ColdStart implements Outage {
  readonly cluster: Cluster;
  readonly registry: SimulatedRegistry;
  readonly #everyMs: number;
  readonly #tally = new Tally();
  readonly #random: Random;
  #workers: ColdWorker[] = [];
  #services: Services[] = [];
  #pulls: NodeJS.Timeout | undefined;
  #beganAt = 0;

  constructor(parts: ClusterParts) {
    this.#everyMs = paceOf(parts.workers.length, CLOCKS.leaseRenew);
    this.#random = createRandom(parts.seed, 'cold-start');
    this.registry = new SimulatedRegistry(registryLimit(parts.workers.length));
    this.cluster = new Cluster(parts, {
      // Nothing here is expensive for the API servers: the registry is what does not bear the load.
      costs: { listUnits: 1, listBytes: COST.small.bytes, nodeListUnits: 1 },
      wideWatchBytes: COST.smallWatch,
      leaseMs: leaseMs(this.#everyMs),
    });
  }

  start(): Promise<void> {
    return this.cluster.start();
  }

  /** The power is back: machines run, and nothing else. */
  begin(): void {
    const { parts, controlPlane } = this.cluster;
    const { seed, workers } = parts;
    for (const set of daemonSets().map((set) => controlPlane.store.put('daemonsets', set)))
      for (const { spec } of workers)
        controlPlane.store.put('pods', podOf(set, spec.name, podSuffix(this.#random)));
    for (const host of controlPlane.hosts) host.crashLoop();
    const everyMs = this.#everyMs;
    this.#workers = workers.map((node, index) =>
      createColdWorker(this.cluster, this.registry, { node, index, everyMs }),
    );
    this.#services = workers.map(
      (node) =>
        new Services({
          node,
          resolve: (pick) => this.cluster.dns.resolve(pick),
          names: USERS.names,
          callsPerSecond: () => USERS.callsPerSecond,
          retryMs: paceOf(workers.length, CLOCKS.dnsRetry),
          carried: () => carried(this.#whole(), USERS.callsPerSecond * workers.length),
          random: createRandom(seed, `services/${node.spec.name}`),
        }),
    );
    this.#pulls = setInterval(() => this.#pull(), PULL_LOOK_MS);
    this.#beganAt = performance.now();
    this.look();
  }

  look(): void {
    this.#tally.push(this.#observe());
  }

  report(): Report {
    const { seed, workers, controlPlanes } = this.cluster.parts;
    const setup = {
      seed,
      workers: workers.length,
      servers: controlPlanes.length,
      limit: this.registry.limit,
    };
    return report(this.#tally.read(), setup);
  }

  stop(): void {
    clearInterval(this.#pulls);
    for (const { kubelet } of this.#workers) kubelet.stop();
    for (const services of this.#services) services.stop();
    this.cluster.stop();
  }

  /** No node is always the first at the registry. */
  #pull(): void {
    for (const { node, images } of this.#random.sample(this.#workers, this.#workers.length))
      if (node.running()) images.sync(performance.now());
      else images.forgetPulls();
  }

  #whole(): number {
    return this.#workers.filter((worker) => worker.whole()).length;
  }

  #observe(): Sample {
    const { hosts } = this.cluster.controlPlane;
    const answers = hosts.map((host) => host.answers());
    const kubelets = this.#workers.map(({ kubelet }) => kubelet);
    return {
      at: performance.now() - this.#beganAt,
      servers: { ready: this.cluster.controlPlane.ready(), of: hosts.length },
      answers: {
        good: answers.reduce((sum, { good }) => sum + good, 0),
        bad: answers.reduce((sum, { bad }) => sum + bad, 0),
      },
      workers: this.#workers.length,
      whole: this.#whole(),
      fenced: kubelets.filter((kubelet) => kubelet.fenced()).length,
      leases: kubelets.filter((kubelet) => kubelet.leaseFresh()).length,
      paused: this.cluster.controlPlane.paused(),
      pulling: this.#workers.reduce((sum, { images }) => sum + images.underWay(), 0),
      throttled: this.registry.throttled(),
      requestsLost: this.#services.reduce((sum, services) => sum + services.calls().lost, 0),
    };
  }
}
