import { expect, test } from 'vitest';
import { NameCache } from '../../../src/drill/cluster/name-cache.ts';
import { createRandom } from '../../../src/drill/random.ts';

const cache = () => new NameCache(10, 1000, 0, createRandom(1, 'names'));

test('names fail one after the other as they expire, and all of them after one lifetime', () => {
  const names = cache();
  const failing = [0, 250, 500, 750, 1000].map((at) => names.failing(at));
  expect(failing[0]).toBe(0);
  expect(failing).toEqual([...failing].sort((a, b) => a - b));
  expect(failing[2]).toBeGreaterThan(0);
  expect(failing[2]).toBeLessThan(1);
  expect(failing.at(-1)).toBe(1);
});

test('a lookup brings back what has expired', () => {
  const names = cache();
  names.refresh(1000);
  expect(names.failing(1001)).toBe(0);
  expect(names.due(1001)).toBe(false);
  expect(names.due(1950)).toBe(true);
});
