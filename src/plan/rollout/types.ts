/** What this Fireaxe writes, runs and resumes. */
export const ROLLOUT_SCHEMA = 1;

/** Which clusters come first: as they are given, or by their size. */
export const CLUSTER_ORDERS = ['given', 'largest', 'smallest'] as const;
export type ClusterOrder = (typeof CLUSTER_ORDERS)[number];

/** One cluster of a rollout. Its own plan is known here by its hash. */
export interface RolloutCluster {
  name: string;
  /** The hash of its plan. */
  plan: string;
  /** Nodes that the plan acts on. */
  nodes: number;
  /** Targets over all steps: what its run counts. */
  targets: number;
  /** Clusters of this rollout that must have ended successfully first. */
  needs?: string[];
}

/** How a rollout goes from one cluster to the next. */
export interface RolloutPace {
  /** Clusters in each wave. They add up to the clusters of the rollout. */
  waves: number[];
  /** The first wave is a canary: none of it may fail. */
  canary?: true;
  /** Most clusters at a time. */
  parallel: number;
  /** Failed clusters allowed: one more, and no other cluster is begun. */
  maxFailed: number;
  /** How long the control plane of each cluster must hold before the next wave begins. */
  soakMs: number;
  /** API servers of a cluster that must answer after its run, as an amount. */
  gate: string;
}

/** The gate of a rollout: as many API servers as answered before the run, or none at all. */
export const AS_BEFORE = 'as-before';
export const NO_GATE = 'none';

/** A plan over several clusters: their own plans by hash, and the order in which they run. */
export interface RolloutPlan extends RolloutPace {
  rollout: typeof ROLLOUT_SCHEMA;
  /** SHA-256 over all other members in canonical JSON. */
  hash: string;
  /** Fireaxe's version. */
  version: string;
  createdAt: string;
  name: string;
  title: string;
  reason: string;
  /** In the order in which they begin. */
  clusters: RolloutCluster[];
  /** Clusters that were selected but have no plan, and why. */
  leftOut: { cluster: string; why: string }[];
}

/** Clusters that a mistake reaches before any cluster was looked at: without a canary all of the first wave. */
export function unverified({ waves, canary }: Pick<RolloutPace, 'waves' | 'canary'>): number {
  const [first = 0] = waves;
  return canary || first < 2 ? 0 : first;
}
