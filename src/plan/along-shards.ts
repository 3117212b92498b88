import { shardsOf } from '../kit/shards.ts';
import type { ClusterKit } from '../kit/types.ts';

/**
 * The targets in an order in which each wave holds as many whole shards as fit: SSM reaches those by one command. The
 * waves keep their sizes; what fits nowhere whole, and nodes in no shard, fill them.
 */
export function alongShards(
  names: readonly string[],
  waves: readonly number[],
  cluster: ClusterKit,
): string[] {
  if (cluster.shardTag === undefined || waves.length < 2) return [...names];
  const shards = shardsOf(cluster);
  const members = new Map<string, string[]>();
  for (const name of names) {
    const value = shards.get(name)?.value;
    if (value !== undefined) members.set(value, [...(members.get(value) ?? []), name]);
  }
  const whole = [...members.values()].filter(
    ([name, ...more]) => shards.get(name!)!.nodes === more.length + 1,
  );
  const filled: string[][] = waves.map(() => []);
  const placed = new Set<string>();
  // The largest first: the small ones fit into what is left.
  for (const shard of whole.sort((a, b) => b.length - a.length)) {
    const wave = filled.find((one, i) => one.length + shard.length <= waves[i]!);
    if (!wave) continue;
    wave.push(...shard);
    for (const name of shard) placed.add(name);
  }
  const rest = names.filter((name) => !placed.has(name))[Symbol.iterator]();
  return filled.flatMap((wave, i) => {
    while (wave.length < waves[i]!) wave.push(rest.next().value!);
    return wave;
  });
}
