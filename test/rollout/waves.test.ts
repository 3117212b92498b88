import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLUSTER_ORDERS } from '../../src/plan/rollout/types.ts';
import { type Member, parseWaves, planWaves } from '../../src/rollout/waves.ts';

const members = (n: number): Member[] =>
  Array.from({ length: n }, (_, i) => ({ name: `c${i + 1}`, size: n - i }));
const DEFAULT = parseWaves('10%,50%,100%', '');

/** Clusters that need only earlier ones, in any order. */
const arbitrary = fc
  .array(fc.tuple(fc.nat(9), fc.array(fc.nat(30), { maxLength: 2 })), { minLength: 1, maxLength: 30 })
  .chain((made) => {
    const all = made.map(([size, needs], i) => ({
      name: `c${i}`,
      size,
      needs: needs.filter((n) => n < i).map((n) => `c${n}`),
    }));
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
const shapes = fc
  .constantFrom('1', '3', '10%', '10%,50%,100%', '1,10%,50%', '2,4')
  .map((text) => parseWaves(text, ''));

describe('planWaves', () => {
  it('puts each cluster in exactly one wave, after all that it needs, and the canary first', () => {
    fc.assert(
      fc.property(
        arbitrary,
        shapes,
        fc.constantFrom(...CLUSTER_ORDERS),
        fc.nat(3),
        (all, shape, order, canary) => {
          const plan = planWaves(all, { order, shape, canary: { count: canary } });
          expect([...plan.order].sort()).toEqual(all.map(({ name }) => name).sort());
          expect(plan.waves.reduce((a, b) => a + b, 0)).toBe(all.length);
          expect(plan.waves.every((size) => size > 0)).toBe(true);
          const waveOf = new Map<string, number>();
          let at = 0;
          for (const [wave, size] of plan.waves.entries()) {
            for (const name of plan.order.slice(at, at + size)) waveOf.set(name, wave);
            at += size;
          }
          for (const { name, needs = [] } of all)
            for (const need of needs) expect(waveOf.get(need)).toBeLessThan(waveOf.get(name)!);
          if (canary > 0) expect(plan.waves[0]).toBeLessThanOrEqual(canary);
          expect(plan.canary).toBe(canary > 0 && plan.waves.length > 1 ? true : undefined);
        },
      ),
    );
  });

  it('reaches 1, 10%, 50% and 100% of a hundred clusters', () => {
    expect(planWaves(members(100), { canary: { count: 1 }, shape: DEFAULT }).waves).toEqual([1, 9, 40, 50]);
    expect(planWaves(members(6), { canary: { count: 1 }, shape: DEFAULT }).waves).toEqual([1, 2, 3]);
    expect(planWaves(members(2), { canary: { count: 1 }, shape: DEFAULT }).waves).toEqual([1, 1]);
  });

  it('takes one amount for each wave', () => {
    expect(planWaves(members(7), { canary: { count: 1 }, shape: parseWaves('2', '') }).waves).toEqual([
      1, 2, 2, 2,
    ]);
    expect(planWaves(members(10), { shape: parseWaves('25%', '') }).waves).toEqual([3, 3, 3, 1]);
  });

  it('ends a list that does not reach all with one further wave', () => {
    expect(planWaves(members(10), { shape: parseWaves('1,50%', '') }).waves).toEqual([1, 4, 5]);
  });

  it('begins with the largest, but takes a small one as the canary', () => {
    const plan = planWaves(members(4), { order: 'largest', canary: { count: 1 }, shape: DEFAULT });
    expect(plan.order).toEqual(['c4', 'c1', 'c2', 'c3']);
    expect(planWaves(members(4), { order: 'smallest', shape: DEFAULT }).order).toEqual([
      'c4',
      'c3',
      'c2',
      'c1',
    ]);
  });

  it('does not wait for what is not a part of the rollout', () => {
    const plan = planWaves([{ name: 'a', size: 1, needs: ['elsewhere'] }], { shape: DEFAULT });
    expect(plan).toEqual({ order: ['a'], waves: [1] });
  });

  it('refuses clusters that need each other', () => {
    const all = [
      { name: 'a', size: 1, needs: ['b'] },
      { name: 'b', size: 1, needs: ['a'] },
    ];
    expect(() => planWaves(all, { shape: DEFAULT })).toThrow(
      'clusters need each other: a needs b; b needs a',
    );
  });

  it('refuses a wave without clusters', () => {
    expect(() => parseWaves('10%,0', '--cluster-wave')).toThrow('the wave has no clusters');
  });
});

it('counts a canary that is named twice once', () => {
  const canary = { names: ['c2', 'c2'] };
  const { order, waves } = planWaves(members(4), { canary, shape: parseWaves('50%,100%', '') });
  expect(order[0]).toBe('c2');
  expect(waves).toEqual([1, 1, 2]);
});

it.each(['5,3', '50%,10%', '1,1', '10%,10%,100%'])(
  'refuses %s: a list of what is reached that does not grow',
  (text) => {
    expect(() => parseWaves(text, '--cluster-wave')).toThrow('does not grow');
  },
);

it('takes a list of counts and shares, which may be the same number', () => {
  expect(planWaves(members(5), { shape: parseWaves('1,10%,100%', '') }).waves).toEqual([1, 4]);
});
