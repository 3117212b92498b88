import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { at, growthOf, mainly } from '../../src/forecast/growth.ts';

const points = (of: (nodes: number) => number, ...sizes: number[]) =>
  sizes.map((nodes) => ({ nodes, value: of(nodes) }));

describe('growth', () => {
  it('the published model: 3 watchers a node, 10 calls a second each', () => {
    const growth = growthOf(
      points((n) => n * 3 * 10, 100),
      1,
    );
    expect(at(growth, 100)).toBe(3_000);
    expect(at(growth, 5_000)).toBe(150_000);
    expect(growth.assumed).toBe(true);
  });

  it.each([
    ['fixed', (_: number) => 7, 0],
    ['by node', (n: number) => 0.3 * n, 1],
    ['by node and object', (n: number) => 0.002 * n ** 2, 2],
    ['fixed and by node', (n: number) => 40 + 0.3 * n, 1],
    ['by node, and by node and object', (n: number) => 2 * n + 0.01 * n ** 2, 2],
  ])('is found from two sizes: %s', (_, of, power) => {
    const growth = growthOf(points(of, 100, 400), 1);
    expect(at(growth, 5_000) / of(5_000)).toBeCloseTo(1, 6);
    expect(mainly(growth, 5_000)).toBe(power);
    expect(growth.assumed).toBe(false);
  });

  it('of three sizes with all three parts', () => {
    const of = (n: number) => 500 + 4 * n + 0.02 * n ** 2;
    expect(at(growthOf(points(of, 50, 200, 800), 1), 5_000) / of(5_000)).toBeCloseTo(1, 6);
  });

  it('a load that appears with the second size is not lost', () => {
    const growth = growthOf(
      [
        { nodes: 100, value: 0 },
        { nodes: 400, value: 8 },
      ],
      1,
    );
    expect(at(growth, 4_000)).toBeGreaterThanOrEqual(8);
    expect(growth.faster).toBe(false);
  });

  it('says that it is too low where the load grows faster than the square', () => {
    expect(
      growthOf(
        points((n) => n ** 3, 100, 400),
        1,
      ).faster,
    ).toBe(true);
    expect(
      growthOf(
        points((n) => n ** 2, 100, 400),
        1,
      ).faster,
    ).toBe(false);
  });
});

test('never negative, never less at more nodes, and near the readings of its own form (500 cases)', () => {
  const part = fc.constantFrom(0, 0.01, 1, 30);
  fc.assert(
    fc.property(
      part,
      part,
      part,
      fc.uniqueArray(fc.integer({ min: 3, max: 8_000 }), { minLength: 3, maxLength: 5 }),
      (fixed, perNode, perNodeSquared, sizes) => {
        const of = (n: number) => fixed + perNode * n + perNodeSquared * n ** 2;
        const growth = growthOf(points(of, ...sizes), 1);
        for (const n of sizes) expect(at(growth, n)).toBeGreaterThanOrEqual(of(n) * 0.899);
        expect(Math.min(growth.fixed, growth.perNode, growth.perNodeSquared)).toBeGreaterThanOrEqual(0);
        expect(at(growth, 10_000)).toBeGreaterThanOrEqual(at(growth, 9_000));
      },
    ),
    { numRuns: 500 },
  );
});
