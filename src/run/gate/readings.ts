import type { Target } from '../../kit/types.ts';
import type { ActionContext } from '../../node/types.ts';
import { type Counters, readCluster } from '../../probe/read.ts';
import type { ClusterReading } from '../../probe/types.ts';
import type { RunEnv } from '../types.ts';
import { openReader, type Reader } from './reach.ts';

/**
 * The readings of the control plane in one run. All gates share the connections and the counters: a gate need not log in
 * again, and its first reading already measures errors.
 */
export class Readings {
  readonly #env: RunEnv;
  readonly #context: ActionContext;
  readonly #servers: Target[];
  readonly #counters: Counters = new Map();
  #reader: Reader | undefined;
  /** The latest reading of this process. */
  last: ClusterReading | undefined;
  /** Watches of pods before the first batch of clients: those of controllers, and of the kubelets beside the API servers. */
  #otherPodWatches: number | undefined;

  constructor(env: RunEnv, context: ActionContext, targets: Iterable<Target>) {
    this.#env = env;
    this.#context = context;
    this.#servers = [...targets].filter((target) => target.roles.includes('control-plane'));
  }

  async read(leases: boolean): Promise<ClusterReading> {
    const reader = this.#reader ?? openReader(this.#env, this.#context.cluster);
    this.#reader = reader;
    const deps = { reach: reader.reach, now: this.#env.now, context: this.#context, leases };
    const reading = await readCluster(deps, this.#servers, this.#counters);
    const otherPodWatches = this.#otherPodWatches;
    this.last = { ...reading, ...(otherPodWatches !== undefined && { otherPodWatches }) };
    return this.last;
  }

  /** Clients are about to return: who watches pods now is none of them. */
  beforeClients(): void {
    this.#otherPodWatches ??= this.last?.podWatches;
  }

  /** These targets, those whose API server was ready in the latest reading first. */
  readyFirst(targets: string[]): string[] {
    const ready = new Set(this.last?.servers.flatMap(({ node, readyz }) => (readyz === 'ok' ? [node] : [])));
    return [...targets.filter((name) => ready.has(name)), ...targets.filter((name) => !ready.has(name))];
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = undefined;
  }
}
