import { addCounts, noCounts } from '../fanout/counts.ts';
import type { Counts } from '../fanout/types.ts';
import type { RolloutCluster, RolloutPlan } from '../plan/rollout/types.ts';
import type { ClusterRecord, ClusterState, JournalBody, JournalRecord, RolloutVerdict } from './types.ts';

export type ClusterMemory = Omit<ClusterRecord, 'kind'>;

/** The one reading of a rollout's journal. What a run did is in the journal of that run. */
export class RolloutMemory {
  plan: RolloutPlan;
  /** How the rollout ended last; undefined while it goes on, or where it was cut off. */
  verdict: RolloutVerdict | undefined;
  #wholeUndone = false;
  readonly #undone = new Set<string>();
  readonly #clusters: Map<string, ClusterMemory>;

  constructor(plan: RolloutPlan) {
    this.plan = plan;
    this.#clusters = new Map(plan.clusters.map(({ name }) => [name, { cluster: name, state: 'waiting' }]));
  }

  /** Undefined where the records do not begin with a rollout. */
  static of(records: readonly JournalRecord[]): RolloutMemory | undefined {
    const first = records[0];
    if (first?.kind !== 'rollout') return undefined;
    const memory = new RolloutMemory(first.rollout);
    for (const record of records) memory.learn(record);
    return memory;
  }

  learn(body: JournalBody): void {
    if (body.kind === 'operator' && body.what === 'undo') this.#learnUndo(body.clusters);
    if (body.kind === 'operator' && body.maxFailed !== undefined) this.#allow(body.maxFailed);
    if (body.kind === 'rollout-end') this.verdict = body.verdict;
    if (body.kind !== 'cluster' || body.op === 'undo') return;
    const known = this.#clusters.get(body.cluster);
    // A journal may have been edited: a cluster that is not in the plan is passed over.
    if (!known) return;
    const said = saidOf(body);
    const { run, answered } = known;
    // What was read before the run stays true of it.
    this.#clusters.set(body.cluster, {
      ...(run !== undefined && { run }),
      ...(answered !== undefined && { answered }),
      ...said,
    });
  }

  /** The operator began to undo it: the whole, or bit by bit every cluster that was begun. */
  get undoBegun(): boolean {
    const begun = this.clusters.filter(({ run }) => run !== undefined);
    const each = begun.length > 0 && begun.every(({ cluster }) => this.#undone.has(cluster));
    return this.#wholeUndone || each;
  }

  #learnUndo(clusters: readonly string[] | undefined): void {
    if (clusters === undefined) this.#wholeUndone = true;
    else for (const cluster of clusters) this.#undone.add(cluster);
  }

  /** The operator allows more failed clusters, knowing which failed: the canary among them. */
  #allow(maxFailed: number): void {
    const { canary: _, ...plan } = this.plan;
    this.plan = { ...plan, maxFailed };
  }

  /** In launch order. */
  get clusters(): ClusterMemory[] {
    return [...this.#clusters.values()];
  }

  of(cluster: string): ClusterMemory {
    return this.#clusters.get(cluster) ?? { cluster, state: 'waiting' };
  }

  stateOf = (cluster: string): ClusterState => this.of(cluster).state;

  /** Of the targets of all clusters; they add up to what was planned. */
  totals(): { counts: Counts; planned: number } {
    const all = this.plan.clusters.map((cluster) => this.#countsOf(cluster));
    return {
      counts: all.reduce(addCounts, noCounts()),
      planned: this.plan.clusters.reduce((sum, { targets }) => sum + targets, 0),
    };
  }

  /** A run that was never begun, or that ended without a count, attempted none of its targets. */
  #countsOf({ name, targets }: RolloutCluster): Counts {
    const { counts = noCounts() } = this.of(name);
    const seen = Object.values(counts).reduce((a, b) => a + b, 0);
    return { ...counts, 'not-attempted': counts['not-attempted'] + Math.max(0, targets - seen) };
  }
}

/** What a record says of its cluster, without the place that it has in a journal. */
function saidOf(record: ClusterRecord): ClusterMemory {
  const place = ['kind', 'seq', 'at', 'prev'];
  return Object.fromEntries(
    Object.entries(record).filter(([name]) => !place.includes(name)),
  ) as ClusterMemory;
}
