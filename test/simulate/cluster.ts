import { ASSUMED } from './assumptions.ts';
import { spread, uniform } from './random.ts';

interface Server {
  fenced: boolean;
  /** Since when its load is one that it can carry (ms); undefined while it is flooded. */
  calmSince: number | undefined;
  /** When the kubelet starts it again. */
  backOffEnds: number;
  readyAt: number;
}

/** One simulated cluster: its offender, its API servers, and when they answered. All times in ms of the clock. */
export class Cluster {
  readonly name: string;
  readonly workers: readonly string[];
  readonly #now: () => number;
  readonly #seed: string;
  readonly #servers = new Map<string, Server>();
  readonly #index: Map<string, number>;
  readonly #held = new Set<string>();
  /** When the share of clients up to each index was let in, as [share, at]. */
  #admitted: [number, number][] = [];
  #deletedAt: number | undefined;
  /** When most API servers answered first. */
  windowAt: number | undefined;

  constructor(name: string, servers: string[], workers: string[], seed: string, now: () => number) {
    this.name = name;
    this.workers = workers;
    this.#seed = seed;
    this.#now = now;
    this.#index = new Map(workers.map((worker, i) => [worker, i]));
    for (const server of servers) {
      const backOffEnds = uniform(seed, server, 'back-off') * ASSUMED.backOffMs;
      this.#servers.set(server, {
        fenced: false,
        calmSince: undefined,
        backOffEnds,
        readyAt: Number.POSITIVE_INFINITY,
      });
    }
  }

  hold(worker: string): void {
    this.#held.add(worker);
    this.#relieve();
  }

  fence(server: string, fenced: boolean): void {
    this.#servers.get(server)!.fenced = fenced;
    if (!fenced) this.#admit(1);
    this.#relieve();
  }

  /** Lets in that share of the clients. */
  readmit(share: number): void {
    this.#admit(share);
  }

  /** Starts an API server that waits in the back-off. */
  start(name: string): void {
    const server = this.#servers.get(name)!;
    if (server.calmSince === undefined || server.readyAt < this.#now()) return;
    server.backOffEnds = Math.min(server.backOffEnds, this.#now());
    this.#expect(name, server);
  }

  deleteOffender(): boolean {
    if (this.answering() === 0) return false;
    this.#deletedAt ??= this.#now();
    return true;
  }

  isReady(name: string): boolean {
    return this.#servers.get(name)!.readyAt <= this.#now();
  }

  answering(): number {
    return [...this.#servers.keys()].filter((name) => this.isReady(name)).length;
  }

  /** Workers whose kubelet has reported since it was let in. */
  freshLeases(): number {
    const now = this.#now();
    return this.workers.filter((name) => {
      if (this.#isGone(name)) return false;
      const { median, p95 } = ASSUMED.leaseMs;
      return this.#letIn(name) + spread(median, p95, this.#seed, name, 'lease') <= now;
    }).length;
  }

  /** Workers on which the API still lists a pod of the offender. */
  podsLeft(): string[] {
    const now = this.#now();
    const { median, p95 } = ASSUMED.podEndMs;
    return this.workers.filter((name) => {
      if (this.#isGone(name)) return false;
      const since = Math.max(this.#deletedAt ?? Number.POSITIVE_INFINITY, this.#letIn(name));
      return since + spread(median, p95, this.#seed, name, 'pod') > now;
    });
  }

  #isGone = (name: string) => isGone(this.#seed, name);

  #letIn(name: string): number {
    if (![...this.#servers.values()].some(({ fenced }) => fenced)) return 0;
    const share = (this.#index.get(name)! + 1) / this.workers.length;
    return this.#admitted.find(([admitted]) => share <= admitted)?.[1] ?? Number.POSITIVE_INFINITY;
  }

  #admit(share: number): void {
    const last = this.#admitted.at(-1)?.[0] ?? 0;
    if (share > last) this.#admitted.push([share, this.#now()]);
  }

  /** Servers whose load is one that they can carry from now on begin to recover. */
  #relieve(): void {
    const running = this.#deletedAt === undefined ? this.workers.length - this.#held.size : 0;
    const carried = this.#servers.size * ASSUMED.serverCallsPerSecond;
    const calm = running * ASSUMED.offenderCallsPerSecond <= carried;
    for (const [name, server] of this.#servers) {
      if (server.calmSince !== undefined || !(calm || server.fenced)) continue;
      server.calmSince = this.#now();
      this.#expect(name, server);
    }
  }

  #expect(name: string, server: Server): void {
    const { median, p95 } = ASSUMED.serverStartMs;
    const startMs = spread(median, p95, this.#seed, name, 'start');
    server.readyAt = Math.max(server.calmSince!, server.backOffEnds) + startMs;
    const ready = [...this.#servers.values()].map(({ readyAt }) => readyAt).sort((a, b) => a - b);
    const at = ready[Math.floor(this.#servers.size / 2)]!;
    if (Number.isFinite(at) && !(this.windowAt !== undefined && this.windowAt <= this.#now()))
      this.windowAt = at;
  }
}

/** Whether a worker does not answer any more. */
export const isGone = (seed: string, node: string): boolean =>
  uniform(seed, node, 'gone') < ASSUMED.deadShare;
