import { inject } from 'vitest';
import { Cluster } from './cluster.ts';

/** The cluster that the setup of the tier started. */
export function here(): Cluster {
  return new Cluster(inject('cluster'));
}
