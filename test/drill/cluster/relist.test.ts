import { expect, test } from 'vitest';
import { Relist } from '../../../src/drill/cluster/relist.ts';
import { createRandom } from '../../../src/drill/random.ts';

const steady = { ...createRandom(1, 'test'), next: () => 0 };

test('doubles from 0.8 s to 30 s, and begins again after two quiet minutes', () => {
  const relist = new Relist(steady);
  expect([1, 2, 3, 4, 5, 6, 7].map((now) => relist.after(now))).toEqual([40, 80, 160, 320, 640, 1280, 1500]);
  expect(relist.after(7 + 6000)).toBe(1500);
  expect(relist.after(7 + 6000 + 6001)).toBe(40);
});

test('adds up to as much again, so that clients do not come back together', () => {
  const relist = new Relist({ ...steady, next: () => 0.5 });
  expect([relist.after(1), relist.after(2)]).toEqual([60, 120]);
});
