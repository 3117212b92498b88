import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overCeiling, placeOf, said, shareOf, stepsOf } from '../../../src/actions/evacuate/weights.ts';

describe('weights', () => {
  it('are multiplied where they are too small to be divided', () => {
    expect(stepsOf({ a: 1, b: 1 }, 'a', [50, 20, 0], 255)).toEqual([
      { a: 1, b: 1 },
      { a: 128, b: 255 },
      { a: 51, b: 255 },
      { a: 0, b: 255 },
    ]);
    expect(stepsOf({ a: 200, b: 255 }, 'a', [0], 255)[1]).toEqual({ a: 0, b: 255 });
  });

  it('are one step where rounding makes two equal', () => {
    const steps = stepsOf({ a: 1, b: 200 }, 'a', [50, 20, 0], 255);
    expect(steps).toEqual([
      { a: 1, b: 200 },
      { a: 0, b: 200 },
    ]);
    expect(steps.map((step) => placeOf(step, steps))).toEqual([0, 1]);
  });

  it('tell where they stand, and when somebody else set them', () => {
    const steps = stepsOf({ a: 50, b: 50 }, 'a', [50, 0], 999);
    expect(steps.map((step) => placeOf(step, steps))).toEqual([0, 1, 2]);
    expect(placeOf({ a: 50, b: 60 }, steps)).toBeUndefined();
    expect(placeOf({ a: 50, b: 50, c: 1 }, steps)).toBeUndefined();
  });

  it('are refused at the first step that drives a receiver over its ceiling', () => {
    const steps = stepsOf({ a: 50, b: 30, c: 20 }, 'a', [50, 0], 999);
    expect(overCeiling(steps, 'a', { b: 60 })).toBeUndefined();
    expect(overCeiling(steps, 'a', { b: 59 })).toMatchObject({ name: 'b', step: 2 });
    expect(overCeiling(steps, 'a', { b: 35 })).toMatchObject({ name: 'b', step: 1 });
    expect(said(steps[2]!)).toBe('a 0%, b 60%, c 40%');
  });

  it('take from the cluster alone: the others keep their proportions at every step', () => {
    const weight = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(weight, weight, weight, (a, b, c) => {
        const [found, ...steps] = stepsOf({ a, b, c }, 'a', [60, 30, 0], 255);
        let last = shareOf(found!, 'a');
        for (const step of steps) {
          expect(step.b! / step.c!).toBeCloseTo(b / c);
          expect(Math.max(...Object.values(step))).toBeLessThanOrEqual(255);
          expect(shareOf(step, 'a')).toBeLessThanOrEqual(last + 0.5);
          last = shareOf(step, 'a');
        }
        expect(last).toBe(0);
      }),
    );
  });
});
