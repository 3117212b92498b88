import type { ErrorJson } from './failure.ts';

/** How the reading of one of several clusters ended, and what was read there. */
export type OneOfSeveral<R> = Partial<R> & {
  cluster: string;
  /** What the exit code for this cluster alone would be. */
  exit: number;
  /** None of its nodes is selected. */
  noNodes?: true;
  error?: ErrorJson;
};

export interface Total {
  clusters: number;
  ok: number;
  /** Names of clusters that are not ok. */
  notOk: string[];
  /** Names of clusters that none of the selected nodes is of. */
  noNodes: string[];
  /** Of what was read, over all clusters. */
  counts: Record<string, number>;
}

/** A reading of one cluster, or of several. */
export type OneOrSeveral<R> = R | { clusters: OneOfSeveral<R>[]; total: Total };
