import type { Target } from '../../kit/types.ts';
import type { ActionContext } from '../../node/types.ts';
import { readLoad } from '../../probe/load/read.ts';
import { loadScript } from '../../probe/load/script.ts';
import type { NodeLoad } from '../../probe/load/types.ts';
import { podsLeftScript, readPodsLeft } from '../../probe/pods-left.ts';
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
  readonly #targets: Map<string, Target>;
  readonly #loads = new Map<string, NodeLoad>();
  readonly #counters: Counters = new Map();
  #reader: Reader | undefined;
  /** Why the last list of pods could not be read. */
  unreadPods = 'not read yet';
  /** The latest reading of this process. */
  last: ClusterReading | undefined;
  constructor(env: RunEnv, context: ActionContext, targets: Iterable<Target>) {
    this.#env = env;
    this.#context = context;
    this.#targets = new Map([...targets].map((target) => [target.name, target]));
    this.#servers = [...this.#targets.values()].filter(({ roles }) => roles.includes('control-plane'));
  }

  /** `nodes` are the names of those that are read beside the servers. */
  async read(leases: boolean, nodes: string[] = []): Promise<ClusterReading> {
    const reader = this.#reader ?? openReader(this.#env, this.#context.cluster);
    this.#reader = reader;
    const deps = { reach: reader.reach, now: this.#env.now, context: this.#context, leases };
    const [reading, loads] = await Promise.all([
      readCluster(deps, this.#servers, this.#counters),
      this.#load(reader, nodes),
    ]);
    this.last = nodes.length === 0 ? reading : { ...reading, nodes: loads };
    return this.last;
  }

  /** A node that the fleet no longer has is one that is not reached. */
  async #load(reader: Reader, names: string[]): Promise<NodeLoad[]> {
    const targets = names.flatMap((name) => this.#targets.get(name) ?? []);
    const script = loadScript(this.#context, this.#env.now());
    const outcomes = targets.length === 0 ? [] : await reader.reach(targets, script);
    const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
    return names.map((name) => {
      const load = readLoad(name, byName.get(name), this.#loads.get(name));
      this.#loads.set(name, load);
      return load;
    });
  }

  /** The nodes on which pods are left, by the API server that was ready last; undefined where none tells. */
  async podsLeft(path: string): Promise<Set<string> | undefined> {
    this.#reader ??= openReader(this.#env, this.#context.cluster);
    const order = this.readyFirst(this.#servers.map(({ name }) => name));
    for (const name of order) {
      const server = this.#servers.filter((one) => one.name === name);
      const script = podsLeftScript(this.#context, this.#env.now(), path);
      const [outcome] = await this.#reader.reach(server, script);
      const nodes = outcome && readPodsLeft(outcome);
      if (nodes) return nodes;
      const why = outcome?.result?.note ?? outcome?.reason?.message;
      this.unreadPods = `no API server lists the pods${why ? `: ${why}` : ''}`;
    }
    return undefined;
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
