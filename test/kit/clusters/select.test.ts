import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usage } from '../../../src/base/errors.ts';
import { largestFirst } from '../../../src/kit/clusters/order.ts';
import { notSelectable, selectClusters } from '../../../src/kit/clusters/select.ts';
import type { ClusterEntry, ClusterSelection } from '../../../src/kit/clusters/types.ts';

const entry = (name: string, more: Partial<ClusterEntry> = {}): ClusterEntry => ({
  name,
  labels: {},
  ...more,
});

const INDEX = [
  entry('prod-1', { labels: { env: 'prod', size: 'large' }, size: 3000 }),
  entry('prod-2', { labels: { env: 'prod', size: 'small' }, order: 5, size: 20 }),
  entry('stage-1', { labels: { env: 'stage' }, order: 1 }),
  entry('broken', { problem: usage('not YAML') }),
];

const chosen = (typed: ClusterSelection, index = INDEX) =>
  selectClusters(index, typed)
    .map(({ name }) => name)
    .join(' ');

const refusal = (typed: ClusterSelection, index = INDEX) => {
  try {
    selectClusters(index, typed);
  } catch (error) {
    return error;
  }
  throw new Error('not refused');
};

describe('selecting clusters', () => {
  it.each<[ClusterSelection, string]>([
    [{ clusters: ['prod-1'] }, 'prod-1'],
    [{ clusters: ['prod-1,stage-1'] }, 'stage-1 prod-1'],
    [{ clusters: ['prod-1', 'prod-1, prod-1'] }, 'prod-1'],
    [{ clusters: ['prod-*'] }, 'prod-2 prod-1'],
    [{ clusters: ['prod-[1-2],stage-1'] }, 'stage-1 prod-2 prod-1'],
    [{ clusters: ['prod-[1,2]', 'broken'] }, 'prod-2 prod-1 broken'],
    [{ clusters: ['prod-[1-2]!prod-2'] }, 'prod-1'],
    [{ clusters: ['broken,prod-1'] }, 'broken prod-1'],
    [{ clusters: ['*'] }, 'stage-1 prod-2 prod-1 broken'],
    [{ all: true }, 'stage-1 prod-2 prod-1 broken'],
    [{ selector: 'env=prod' }, 'prod-2 prod-1'],
    [{ selector: 'env=prod,size in (large)' }, 'prod-1'],
    [{ selector: 'env!=prod' }, 'stage-1'],
    [{ selector: '!size' }, 'stage-1'],
    [{ selector: 'name in (prod-2)' }, 'prod-2'],
    [{ clusters: ['*-1'], selector: 'env=prod' }, 'prod-1'],
  ])('%j means %s', (typed, names) => expect(chosen(typed)).toBe(names));

  it('takes the only cluster where nothing is typed, and asks where there are several', () => {
    expect(chosen({}, [entry('only')])).toBe('only');
    expect(refusal({})).toMatchObject({
      kind: 'usage',
      message: 'the kit has several clusters',
      expected: 'one of prod-1, prod-2, stage-1, broken',
      next: 'add -c prod-1',
    });
  });

  it('names what is near a mistyped name or glob', () => {
    expect(refusal({ clusters: ['prod-1,prd-2'] })).toMatchObject({
      kind: 'usage',
      message: 'the kit has no cluster prd-2',
      place: '--cluster',
      next: 'add -c prod-2',
    });
    expect(refusal({ clusters: ['prd-*'] })).toMatchObject({
      message: 'no cluster of the kit matches prd-*',
      expected: expect.stringMatching(/^perhaps prod-.; one of prod-1, /),
    });
    expect(refusal({ clusters: ['*-7'] })).toMatchObject({ message: 'no cluster of the kit matches *-7' });
  });

  it('refuses a broken node set at its place', () => {
    expect(refusal({ clusters: ['prod-[1-'] })).toMatchObject({ place: '--cluster "prod-[1-", column 6' });
    expect(refusal({ clusters: ['prod-[1-3]'] })).toMatchObject({ message: 'the kit has no cluster prod-3' });
  });

  it('folds the names of hundreds into one short line', () => {
    const many = Array.from({ length: 300 }, (_, i) => entry(`prod-${i + 1}`));
    expect(refusal({}, many)).toMatchObject({ expected: 'one of prod-[1-300]' });
  });

  it('tells the labels where a selector matches nothing', () => {
    expect(refusal({ selector: 'evn=prod' })).toMatchObject({
      kind: 'usage',
      message: 'no cluster matches --cluster-selector "evn=prod"',
      place: '--cluster-selector',
      expected: 'perhaps env; some of env=prod|stage, size=large|small',
    });
    expect(refusal({ selector: 'env=prod,' })).toMatchObject({
      place: '--cluster-selector "env=prod,", column 10',
    });
  });

  it('refuses an empty name, and --all-clusters beside a selection', () => {
    expect(refusal({ clusters: ['prod-1,'] })).toMatchObject({ message: 'a cluster name is empty' });
    expect(refusal({ clusters: [''] })).toMatchObject({ message: 'a cluster name is empty' });
    expect(refusal({ clusters: ['prod-1'], all: true })).toMatchObject({ place: '--all-clusters' });
  });

  it('tells of clusters whose labels nobody can read', () => {
    expect(notSelectable(INDEX, { selector: 'env=prod' }).map(({ name }) => name)).toEqual(['broken']);
    expect(notSelectable(INDEX, { all: true })).toEqual([]);
  });

  it('chooses each cluster once, and the same in any spelling', () => {
    const names = INDEX.map(({ name }) => name);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { minLength: 1 }), (typed) => {
        const apart = chosen({ clusters: typed });
        expect(chosen({ clusters: [typed.join(',')] })).toBe(apart);
        expect(apart.split(' ').sort()).toEqual([...new Set(typed)].sort());
      }),
    );
  });
});

it('puts the largest clusters first, those of unknown size last', () => {
  expect(largestFirst(INDEX).map(({ name }) => name)).toEqual(['prod-1', 'prod-2', 'stage-1', 'broken']);
});
