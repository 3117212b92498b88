import { expect, test } from 'vitest';
import { Backoff } from '../../src/drill/backoff.ts';

const clocks = { first: 10, most: 80, reset: 1000, look: 1 };

test('at once, then doubling up to the most', () => {
  const backoff = new Backoff(clocks);
  expect([0, 1, 2, 3, 4, 5, 6].map(() => backoff.after(5))).toEqual([0, 10, 20, 40, 80, 80, 80]);
});

test('a restart waits until the kubelet looks', () => {
  const backoff = new Backoff({ ...clocks, look: 15 });
  expect([0, 1, 2, 3].map(() => backoff.after(5))).toEqual([0, 15, 30, 45]);
});

test('forgotten after a long good run', () => {
  const backoff = new Backoff(clocks);
  backoff.after(5);
  backoff.after(5);
  expect(backoff.after(1000)).toBe(0);
  expect(backoff.after(5)).toBe(10);
});
