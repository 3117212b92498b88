import fc from 'fast-check';
import { expect, it } from 'vitest';
import { waveSizes } from '../../src/fanout/waves.ts';

it('adds up and has no empty wave', () => {
  const amount = fc.option(
    fc.oneof(fc.record({ count: fc.nat(500) }), fc.record({ percent: fc.integer({ min: 1, max: 100 }) })),
    { nil: undefined },
  );
  fc.assert(
    fc.property(fc.nat(8000), amount, amount, (total, canary, wave) => {
      const sizes = waveSizes(total, canary, wave);
      expect(sizes.reduce((a, b) => a + b, 0)).toBe(total);
      expect(sizes.every((s) => s > 0)).toBe(true);
    }),
  );
});

it.each([
  [48, { count: 1 }, { percent: 25 }, [1, 12, 12, 12, 11]],
  [3, undefined, { count: 1 }, [1, 1, 1]],
  [200, undefined, undefined, [200]],
  [0, { count: 1 }, undefined, []],
])('%i targets', (total, canary, wave, expected) => {
  expect(waveSizes(total, canary, wave)).toEqual(expected);
});
