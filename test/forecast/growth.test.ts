import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { at, growthOf, isUndecided, mainly, upTo } from '../../src/forecast/growth.ts';

const points = (of: (nodes: number) => number, ...sizes: number[]) =>
  sizes.map((nodes) => ({ nodes, value: of(nodes) }));

describe('growth', () => {
  it('the published model: 3 watchers a node, 10 calls a second each', () => {
    const growth = growthOf(
      points((n) => n * 3 * 10, 100),
      'perNode',
    );
    expect(at(growth, { nodes: 100 })).toBe(3_000);
    expect(at(growth, { nodes: 5_000 })).toBe(150_000);
    expect(growth.assumed).toBe(true);
  });

  it.each([
    ['fixed', (_: number) => 7, 'fixed'],
    ['by node', (n: number) => 0.3 * n, 'perNode'],
    ['by node and object', (n: number) => 0.002 * n ** 2, 'perNodeSquared'],
    ['fixed and by node', (n: number) => 40 + 0.3 * n, 'perNode'],
    ['by node, and by node and object', (n: number) => 2 * n + 0.01 * n ** 2, 'perNodeSquared'],
  ])('is found from two sizes: %s', (_, of, power) => {
    const growth = growthOf(points(of, 100, 400), 'perNode');
    expect(at(growth, { nodes: 5_000 }) / of(5_000)).toBeCloseTo(1, 6);
    expect(mainly(growth, { nodes: 5_000 })).toBe(power);
    expect(growth.assumed).toBe(false);
  });

  it('of three sizes with all three parts', () => {
    const of = (n: number) => 500 + 4 * n + 0.02 * n ** 2;
    expect(at(growthOf(points(of, 50, 200, 800), 'perNode'), { nodes: 5_000 }) / of(5_000)).toBeCloseTo(1, 6);
  });

  it('a load that appears with the second size is not lost', () => {
    const growth = growthOf(
      [
        { nodes: 100, value: 0 },
        { nodes: 400, value: 8 },
      ],
      'perNode',
    );
    expect(at(growth, { nodes: 4_000 })).toBeGreaterThanOrEqual(8);
    expect(growth.faster).toBe(false);
  });

  it('says that it is too low where the load grows faster than the square', () => {
    expect(
      growthOf(
        points((n) => n ** 3, 100, 400),
        'perNode',
      ).faster,
    ).toBe(true);
    expect(
      growthOf(
        points((n) => n ** 2, 100, 400),
        'perNode',
      ).faster,
    ).toBe(false);
  });
});

describe('a fit with fewer terms that is only near', () => {
  it('is undecided where a fit with more terms is exact: it may grow with the square', () => {
    const of = (n: number) => n + n ** 2 / 2_000;
    const growth = growthOf(points(of, 100, 200, 400), 'perNode');
    const size = { nodes: 5_000 };
    expect(growth.off).toBeGreaterThan(0.05);
    expect(isUndecided(growth, size)).toBe(true);
    expect(upTo(growth, size)).toBeGreaterThanOrEqual(of(5_000) * 0.999);
  });

  it.each([
    [[105, 480], true],
    [[100.5, 400], false],
  ])('two sizes with %j: undecided %s, as two terms meet any two readings', (values, undecided) => {
    const growth = growthOf(
      [
        { nodes: 100, value: values[0]! },
        { nodes: 400, value: values[1]! },
      ],
      'perNode',
    );
    expect(growth).toMatchObject({ fixed: 0, perNodeSquared: 0 });
    expect(isUndecided(growth, { nodes: 5_000 })).toBe(undecided);
  });
});

describe('nodes and objects', () => {
  const measured = (of: (nodes: number, objects: number) => number, ...sizes: [number, number][]) =>
    growthOf(
      sizes.map(([nodes, objects]) => ({ nodes, objects, value: of(nodes, objects) })),
      'perNode',
    );
  const size = { nodes: 5_000, objects: 90_000 };

  it.each([
    ['by object', (_: number, o: number) => 0.5 * o, 'perObject'],
    ['by node, whatever the objects', (n: number) => 3 * n, 'perNode'],
    ['by node and object', (n: number, o: number) => 0.002 * n * o, 'perNodeAndObject'],
    ['with a fixed part', (n: number, o: number) => 900 + 0.002 * n * o, 'perNodeAndObject'],
  ])('three sizes tell: %s', (_, of, part) => {
    const growth = measured(of, [100, 3_000], [200, 2_000], [400, 12_000]);
    expect(at(growth, size) / of(size.nodes, size.objects)).toBeCloseTo(1, 6);
    expect(mainly(growth, size)).toBe(part);
    expect(isUndecided(growth, size)).toBe(false);
  });

  it('too few sizes are undecided, not guessed', () => {
    const of = (n: number, o: number) => 900 + 0.002 * n * o;
    const growth = measured(of, [100, 3_000], [400, 12_500]);
    expect(isUndecided(growth, size)).toBe(true);
    expect(upTo(growth, size)).toBeGreaterThanOrEqual(of(size.nodes, size.objects) * 0.999);
    expect(growth.rivals).not.toEqual([]);
  });

  it('ignores objects that grow with the nodes, or not at all', () => {
    const of = (n: number) => 0.02 * n * n;
    const alike = measured(of, [100, 1_000], [200, 2_010], [400, 4_000]);
    expect(alike).toMatchObject({ perObject: 0, perNodeAndObject: 0 });
    expect(at(alike, { nodes: 5_000 })).toBeCloseTo(of(5_000));
    const still = measured((n) => 3 * n, [100, 50], [200, 50], [400, 52]);
    expect(still).toMatchObject({ perNode: expect.closeTo(3), perNodeAndObject: 0 });
  });

  it('says how far off it is where no such law holds', () => {
    expect(measured((n) => (n === 200 ? 90 : 7), [100, 1], [200, 1], [400, 1]).off).toBeGreaterThan(0.5);
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
        const growth = growthOf(points(of, ...sizes), 'perNode');
        for (const n of sizes) expect(at(growth, { nodes: n })).toBeGreaterThanOrEqual(of(n) * 0.899);
        expect(Math.min(growth.fixed, growth.perNode, growth.perNodeSquared)).toBeGreaterThanOrEqual(0);
        expect(at(growth, { nodes: 10_000 })).toBeGreaterThanOrEqual(at(growth, { nodes: 9_000 }));
      },
    ),
    { numRuns: 500 },
  );
});
