import type { ClusterKit, Kit } from './types.ts';

type Clusters = Pick<Kit, 'clusters' | 'unopened'>;

/** One of the clusters; undefined where the kit has none of that name. One that does not open says why. */
export function clusterNamed(kit: Clusters, name: string): ClusterKit | undefined {
  const { clusters, unopened = {} } = kit;
  if (Object.hasOwn(unopened, name)) throw unopened[name];
  return Object.hasOwn(clusters, name) ? clusters[name] : undefined;
}

/** Those that open and those that do not. */
export function clusterNames({ clusters, unopened = {} }: Clusters): string[] {
  return [...Object.keys(clusters), ...Object.keys(unopened)];
}
