import type { ClusterIndex } from './clusters/types.ts';
import type { ClusterKit, Kit } from './types.ts';

type Clusters = Pick<Kit, 'clusters' | 'unopened' | 'index'>;

/** One of the opened clusters; undefined where the kit has no such name. Throws where it cannot be opened. */
export function clusterNamed(kit: Clusters, name: string): ClusterKit | undefined {
  const { clusters, unopened = {}, index } = kit;
  if (Object.hasOwn(unopened, name)) throw unopened[name];
  if (Object.hasOwn(clusters, name)) return clusters[name];
  if (index?.some((entry) => entry.name === name)) throw new Error(`the cluster ${name} was not opened`);
  return undefined;
}

/** All clusters of a kit, opened or not; what the kit alone tells of them. */
export function indexOf({ index, clusters, unopened = {} }: Clusters): ClusterIndex {
  if (index) return index;
  const opened = Object.keys(clusters).map((name) => ({ name, labels: {} }));
  return [...opened, ...Object.entries(unopened).map(([name, problem]) => ({ name, labels: {}, problem }))];
}

/** Names of all clusters, also of those that cannot be opened. */
export const clusterNames = (kit: Clusters): string[] => indexOf(kit).map(({ name }) => name);
