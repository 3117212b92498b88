import type { Cluster, ClusterParts } from '../../cluster/cluster.ts';
import { HealthyCluster } from '../../cluster/healthy-cluster.ts';
import { ENDPOINT_CARRIES, type Services } from '../../cluster/services.ts';
import { labMs } from '../../time-scale.ts';
import { TTL_S, weightedRecord } from '../../users/record.ts';
import { Users } from '../../users/users.ts';
import { TelemetryFlood } from '../telemetry-flood/outage.ts';
import type { Outage, Report } from '../types.ts';
import { CALLS_PER_WORKER } from './about.ts';
import { report } from './report.ts';
import type { UsersOf } from './sample.ts';
import { Tally } from './tally.ts';

/** Users whose names fail that often are not served: the health checks of the target fail, too. */
const SICK = 0.5;

/** A flood in the first cluster; the others are healthy, and users go where the record sends them. */
export class Evacuation implements Outage {
  readonly cluster: Cluster;
  readonly cloud: NonNullable<Outage['cloud']>;
  readonly traffic: NonNullable<Outage['traffic']>;
  readonly #record: ReturnType<typeof weightedRecord>;
  readonly #users: Users;
  readonly #flood: TelemetryFlood;
  readonly #healthy: HealthyCluster[];
  readonly #tally = new Tally();
  #beganAt = 0;

  constructor(parts: ClusterParts, others: ClusterParts[]) {
    const all = [parts, ...others];
    this.#record = weightedRecord(all);
    this.#users = new Users({
      perSecond: CALLS_PER_WORKER * all.reduce((sum, { workers }) => sum + workers.length, 0),
      ttlMs: labMs(TTL_S),
      weights: this.#record.weights,
    });
    const { dns, balancers, traffic } = this.#record;
    dns.onChange = () => this.#users.changed();
    this.cloud = { dns, balancers };
    this.traffic = [traffic];
    const callsPerWorker = ({ site, workers }: ClusterParts) =>
      this.#users.rate(site.cluster) / workers.length;
    this.#flood = new TelemetryFlood(parts, () => callsPerWorker(parts));
    this.#healthy = others.map((other) => new HealthyCluster(other, () => callsPerWorker(other)));
    this.cluster = this.#flood.cluster;
  }

  async start(): Promise<void> {
    await Promise.all([this.#flood, ...this.#healthy].map((cluster) => cluster.start()));
  }

  begin(): void {
    for (const healthy of this.#healthy) healthy.serve();
    this.#beganAt = performance.now();
    this.#flood.begin();
    this.look();
  }

  look(): void {
    this.#flood.look();
    const served: [Cluster, readonly Services[]][] = [
      [this.cluster, this.#flood.workers.map(({ services }) => services)],
      ...this.#healthy.map((one): [Cluster, readonly Services[]] => [one.cluster, one.services()]),
    ];
    for (const [{ parts }, services] of served)
      for (const [n, { spec, running }] of parts.workers.entries())
        this.#record.found(spec.instanceId, running() && (services[n]?.failing() ?? 1) < SICK);
    this.#tally.push({
      at: performance.now() - this.#beganAt,
      clusters: Object.fromEntries(
        served.map(([cluster, services]) => [cluster.parts.site.cluster, this.#usersOf(cluster, services)]),
      ),
      weights: this.#users.weights(),
    });
  }

  report(): Report {
    return report(this.#flood.report(), this.#tally.read(), this.cluster.parts.site.cluster);
  }

  stop(): void {
    this.#flood.stop();
    for (const healthy of this.#healthy) healthy.stop();
  }

  #usersOf(cluster: Cluster, services: readonly Services[]): UsersOf {
    const name = cluster.parts.site.cluster;
    const mean = (of: (one: Services) => number) =>
      services.reduce((sum, one) => sum + of(one), 0) / Math.max(1, services.length);
    return {
      rate: this.#users.rate(name),
      formerRate: this.#users.formerRate(name),
      capacity: ENDPOINT_CARRIES * cluster.endpoints(),
      failing: mean((one) => one.failing()),
      lost: services.length * mean((one) => one.calls().lost),
    };
  }
}
