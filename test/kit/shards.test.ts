import { describe, expect, it } from 'vitest';
import { shardsOf } from '../../src/kit/shards.ts';
import type { ClusterKit } from '../../src/kit/types.ts';

const cluster = (over: Partial<ClusterKit>, values: (string | undefined)[]) =>
  ({
    name: 'prod',
    ...over,
    fleet: {
      nodes: values.map((value, n) => ({
        name: `n${n}`,
        labels: value === undefined ? {} : { shard: value },
      })),
    },
  }) as unknown as ClusterKit;

describe('shards of a fleet', () => {
  it('counts the nodes of each value, and leaves out nodes without one', () => {
    const shards = shardsOf(cluster({ shardTag: 'shard' }, ['0', '1', '0', undefined, '']));
    expect([...shards].map(([name, { value, nodes }]) => [name, value, nodes])).toEqual([
      ['n0', '0', 2],
      ['n1', '1', 1],
      ['n2', '0', 2],
    ]);
    expect(shards.get('n0')).toMatchObject({
      tag: 'shard',
      and: [{ key: 'kubernetes.io/cluster/prod', values: ['owned', 'shared'] }],
    });
  });

  it('names the cluster by the tags that discovery goes by', () => {
    const filters = [
      { name: 'tag:env', values: ['prod'] },
      { name: 'vpc-id', values: ['vpc-1'] },
      { name: 'tag:team', values: ['a*'] },
    ];
    const found = shardsOf(cluster({ shardTag: 'shard', discover: { filters } }, ['0'])).get('n0');
    expect(found?.and).toEqual([{ key: 'env', values: ['prod'] }]);
    const named = shardsOf(cluster({ shardTag: 'shard', discover: { tagName: 'p' } }, ['0'])).get('n0');
    expect(named?.and[0]?.key).toBe('kubernetes.io/cluster/p');
  });

  it('has none where the kit names no tag', () => {
    expect(shardsOf(cluster({}, ['0'])).size).toBe(0);
  });
});
