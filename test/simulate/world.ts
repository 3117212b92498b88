import type { VirtualClock } from './clock.ts';
import type { Cluster } from './cluster.ts';

/** What the simulated transports act on. */
export interface World {
  clusters: ReadonlyMap<string, Cluster>;
  clock: VirtualClock;
  seed: string;
}
