import { expect, test } from 'vitest';
import { followed, sharesOf } from '../../../src/drill/users/follow.ts';
import { Users } from '../../../src/drill/users/users.ts';

const TTL = 1000;

test('weights are shares; Route 53 answers with every set where all weights are 0', () => {
  expect(sharesOf({ a: 30, b: 10 })).toEqual({ a: 0.75, b: 0.25 });
  expect(sharesOf({ a: 0, b: 0 })).toEqual({ a: 0.5, b: 0.5 });
});

test('users follow a new division evenly within one TTL', () => {
  const divisions = [
    { since: Number.NEGATIVE_INFINITY, shares: { a: 0.5, b: 0.5 } },
    { since: 10_000, shares: { a: 0, b: 1 } },
  ];
  const at = (now: number) => followed(divisions, now, TTL);
  expect(at(10_000)).toEqual({ a: 0.5, b: 0.5 });
  expect(at(10_500).a).toBeCloseTo(0.25);
  expect(at(11_000)).toEqual({ a: 0, b: 1 });
  expect(at(99_000)).toEqual({ a: 0, b: 1 });
});

test('requests go where the weights lead them, a TTL later, however often they change', () => {
  let now = 0;
  let weights: Record<string, number> = { a: 100, b: 100 };
  const users = new Users({ perSecond: 600, ttlMs: TTL, weights: () => weights, now: () => now });
  const set = (at: number, to: Record<string, number>) => {
    now = at;
    weights = to;
    users.changed();
  };
  expect(users.rate('a')).toBe(300);
  set(5_000, { a: 127, b: 255 });
  set(5_400, { a: 0, b: 255 });
  now = 5_800;
  expect(users.rate('a') + users.rate('b')).toBeCloseTo(600);
  // 200 ms of half, 400 ms of a third, 400 ms of nothing.
  expect(users.rate('a')).toBeCloseTo(600 * (0.2 / 2 + (0.4 * 127) / 382));
  now = 6_400;
  expect([users.rate('a'), users.rate('b')]).toEqual([0, 600]);
  expect(users.formerRate('a')).toBe(300);
  set(9_000, { a: 100, b: 100 });
  now = 10_000;
  expect(users.rate('a')).toBeCloseTo(300);
  expect(users.weights()).toEqual({ former: { a: 100, b: 100 }, now: { a: 100, b: 100 } });
});
