import type { ClusterKit, Kit } from './types.ts';

type Clusters = Pick<Kit, 'clusters' | 'unopened'>;

/** One of the clusters; undefined where the kit has no such name. Throws where the cluster cannot be opened. */
export function clusterNamed(kit: Clusters, name: string): ClusterKit | undefined {
  const { clusters, unopened = {} } = kit;
  if (Object.hasOwn(unopened, name)) throw unopened[name];
  return Object.hasOwn(clusters, name) ? clusters[name] : undefined;
}

/** Names of all clusters, also of those that cannot be opened. */
export function clusterNames({ clusters, unopened = {} }: Clusters): string[] {
  return [...Object.keys(clusters), ...Object.keys(unopened)];
}
