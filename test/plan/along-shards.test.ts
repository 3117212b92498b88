import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waveSizes } from '../../src/fanout/waves.ts';
import type { ClusterKit } from '../../src/kit/types.ts';
import { alongShards } from '../../src/plan/along-shards.ts';

/** A cluster whose nodes have these shards, in this order; an empty one for no shard. */
function cluster(shards: string[]): ClusterKit {
  const nodes = shards.map((value, n) => ({
    name: `n${n}`,
    cluster: 'c',
    roles: ['worker'],
    address: '10.0.0.1',
    labels: value === '' ? {} : { shard: value },
  }));
  return { name: 'c', shardTag: 'shard', fleet: { nodes } } as unknown as ClusterKit;
}

const namesOf = ({ fleet }: ClusterKit) => fleet.nodes.map(({ name }) => name);

/** How many shards of each wave are whole in it. */
function wholeIn(order: string[], waves: number[], of: ClusterKit): number[] {
  const shard = new Map(of.fleet.nodes.map(({ name, labels }) => [name, labels.shard ?? '']));
  const sizes = new Map<string, number>();
  for (const value of shard.values()) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  let first = 0;
  return waves.map((size) => {
    const wave = order.slice(first, first + size);
    first += size;
    const values = new Set(wave.map((name) => shard.get(name)!));
    values.delete('');
    return [...values].filter(
      (value) => wave.filter((n) => shard.get(n) === value).length === sizes.get(value),
    ).length;
  });
}

describe('waves along shards', () => {
  it('holds whole shards where they fit', () => {
    // Ten shards of 10 nodes each, dealt one by one over the fleet.
    const of = cluster(Array.from({ length: 100 }, (_, n) => String(n % 10)));
    const waves = waveSizes(100, undefined, { percent: 20 });
    expect(wholeIn(alongShards(namesOf(of), waves, of), waves, of)).toEqual([2, 2, 2, 2, 2]);
  });

  it('takes a canary from nodes in no shard, and fills waves with what does not fit', () => {
    const of = cluster(['a', 'a', 'a', '', 'b', 'b', 'c', 'c', 'c', 'c', 'c']);
    const order = alongShards(namesOf(of), [1, 4, 4, 2], of);
    expect(order[0]).toBe('n3');
    // c has 5 nodes, and no wave has room for it whole.
    expect(wholeIn(order, [1, 4, 4, 2], of)).toEqual([0, 1, 1, 0]);
  });

  it('is no other set of nodes, in waves of the same sizes', () => {
    const shards = fc.array(fc.constantFrom('', 'a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(shards, fc.nat(9), fc.integer({ min: 1, max: 30 }), (values, left, wave) => {
        const of = cluster(values);
        const names = namesOf(of).slice(left);
        const waves = waveSizes(names.length, undefined, { count: wave });
        expect(alongShards(names, waves, of).sort()).toEqual([...names].sort());
      }),
    );
  });

  it('leaves the order of a cluster without a shard tag', () => {
    const { shardTag: _, ...of } = cluster(['b', 'a', 'b']);
    expect(alongShards(namesOf(of as ClusterKit), [1, 2], of as ClusterKit)).toEqual(['n0', 'n1', 'n2']);
  });
});
