import { inject } from 'vitest';
import { Cluster } from './cluster.ts';

/** The cluster that the tier's setup has made, in any of its test files. */
export function here(): Cluster {
  return new Cluster(inject('cluster'));
}
