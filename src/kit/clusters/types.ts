import type { FireaxeError } from '../../base/errors.ts';

/** What the kit says of a cluster before it is opened: no key was looked at, no snapshot read. */
export interface ClusterEntry {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** A lower one comes first; clusters without one come last. */
  order?: number;
  /** How large it is, in any unit: for `largest first`. */
  size?: number;
  /** Its account and region. */
  cloud?: { profile?: string; region: string };
  /** Why it cannot be opened. Without labels then: nobody knows whether a selector would match. */
  problem?: FireaxeError;
}

/** All clusters of a kit, in the order in which the kit has them. */
export type ClusterIndex = readonly ClusterEntry[];

/** As typed: `-c`, `--cluster-selector`, `--all-clusters`. */
export interface ClusterSelection {
  /** Names and globs; each word may be a list with commas. */
  clusters?: readonly string[] | undefined;
  selector?: string | undefined;
  all?: boolean | undefined;
}
