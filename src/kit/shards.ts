import type { ClusterKit, Discovery, Shard } from './types.ts';

/** Targets of one SendCommand; the shard itself is one of them. */
const MOST_TAGS = 5;

/** The shard of each node that has one, by the node's name. */
export function shardsOf(cluster: ClusterKit): Map<string, Shard> {
  const tag = cluster.shardTag;
  const ofNodes = new Map<string, Shard>();
  if (tag === undefined) return ofNodes;
  const and = clusterTags(cluster);
  const shards = new Map<string, Shard>();
  for (const { name, labels } of cluster.fleet.nodes) {
    const value = Object.hasOwn(labels, tag) ? labels[tag] : undefined;
    if (!value) continue;
    const shard = shards.get(value) ?? { tag, value, and, nodes: 0 };
    shard.nodes++;
    shards.set(value, shard);
    ofNodes.set(name, shard);
  }
  return ofNodes;
}

/** What discovery found the cluster's instances by, as far as it is tags. */
function clusterTags({ name, discover }: Pick<ClusterKit, 'name'> & { discover?: Discovery }): Shard['and'] {
  const filters = discover?.filters ?? [
    { name: `tag:kubernetes.io/cluster/${discover?.tagName ?? name}`, values: ['owned', 'shared'] },
  ];
  return filters
    .filter((filter) => filter.name.startsWith('tag:') && !filter.values.some((value) => /[*?]/.test(value)))
    .slice(0, MOST_TAGS - 1)
    .map((filter) => ({ key: filter.name.slice('tag:'.length), values: filter.values }));
}
