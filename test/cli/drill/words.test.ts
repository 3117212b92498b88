import { expect, it } from 'vitest';
import type { DrillFlags } from '../../../src/cli/drill/options.ts';
import { clusterCount } from '../../../src/cli/drill/words.ts';

const count = (flags: Partial<DrillFlags>) => clusterCount({ param: [], ...flags } as DrillFlags);

it('a drill has one lab, or as many as --clusters says', async () => {
  expect(await count({})).toBe(1);
  expect(await count({ clusters: '6' })).toBe(6);
  expect(await count({ clusters: '2', scenario: 'etcd-nospace' })).toBe(2);
});

it.each(['1', '13', 'x'])('refuses --clusters %s', async (clusters) => {
  await expect(count({ clusters })).rejects.toMatchObject({
    kind: 'usage',
    place: '--clusters',
    expected: 'a whole number from 2 to 12',
  });
});

it('refuses several labs of a scenario that has several clusters in one', async () => {
  await expect(count({ clusters: '2', scenario: 'evacuation' })).rejects.toMatchObject({
    kind: 'usage',
    message: '--clusters has no effect with evacuation: it has 2 clusters of its own',
    next: 'leave --clusters out',
  });
});
