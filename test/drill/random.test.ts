import { expect, test } from 'vitest';
import { createRandom } from '../../src/drill/random.ts';

test('a seed and a name decide the stream', () => {
  const draw = (seed: number, name: string) => createRandom(seed, name).hex(32);
  expect(draw(1, 'a')).toBe(draw(1, 'a'));
  expect(draw(1, 'a')).not.toBe(draw(2, 'a'));
  expect(draw(1, 'a')).not.toBe(draw(1, 'b'));
});

test('a sample has different items, as many as there are at most', () => {
  const sample = createRandom(7, 's').sample([1, 2, 3, 4], 9);
  expect([...sample].sort()).toEqual([1, 2, 3, 4]);
});
