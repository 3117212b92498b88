import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveWindow, BY_BASTION, DIRECT } from '../../src/fanout/window.ts';

/** Rounds in which every target in flight has its turn after the time that so many at once take. */
function rounds(window: AdaptiveWindow, count: number, takes: (inFlight: number, nth: number) => number) {
  return Array.from({ length: count }, (_, nth) => {
    const { size, round } = window;
    for (let i = 0; i < size; i++) window.reached(takes(size, nth), round, true);
    return window.size;
  });
}

describe('the number of targets in flight', () => {
  it('doubles from round to round while they take as long as before', () => {
    expect(rounds(new AdaptiveWindow(BY_BASTION), 5, () => 900)).toEqual([128, 256, 512, 1000, 1000]);
    expect(rounds(new AdaptiveWindow(DIRECT), 3, () => 900)).toEqual([512, 1000, 1000]);
  });

  it('does not grow where nobody waits for a place, or this process is late', () => {
    const window = new AdaptiveWindow(BY_BASTION);
    for (let i = 0; i < 500; i++) window.reached(900, window.round, false);
    expect(window.size).toBe(BY_BASTION.start);
  });

  it.each([100, 200, 400])('stays near what the far side serves at once: %d', (capacity) => {
    const sizes = rounds(
      new AdaptiveWindow(BY_BASTION),
      60,
      (inFlight) => 300 * Math.max(1, inFlight / capacity),
    );
    for (const size of sizes.slice(-30)) {
      expect(size).toBeGreaterThan(capacity * 0.6);
      expect(size).toBeLessThan(capacity * 2.1);
    }
  });

  it('grows for a fleet of which half is far away', () => {
    const window = new AdaptiveWindow(BY_BASTION);
    let n = 0;
    rounds(window, 10, () => (n++ % 2 ? 20 : 900));
    expect(window.size).toBe(BY_BASTION.most);
  });

  it('does not stay small where the hosts that come next are further away', () => {
    const window = new AdaptiveWindow(BY_BASTION);
    const sizes = rounds(window, 30, (_, nth) => (nth < 2 ? 20 : 900));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(BY_BASTION.start);
    expect(window.size).toBe(BY_BASTION.most);
  });

  it('is cut once by all refusals of one round, and then grows slowly', () => {
    const window = new AdaptiveWindow(BY_BASTION);
    rounds(window, 2, () => 900);
    const { round } = window;
    for (let i = 0; i < 50; i++) window.refused(round);
    expect(window.size).toBe(Math.floor(256 * 0.7));
    // These were under way when it was cut: that they took their time says nothing of the new size.
    for (let i = 0; i < 50; i++) window.reached(9000, round, true);
    expect(window.size).toBe(Math.floor(256 * 0.7));
    expect(rounds(window, 3, () => 900).at(-1)).toBeLessThan(230);
  });

  it('is always within its bounds, and no refusal makes it larger', () => {
    const event = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({ ms: fc.double({ min: 0, max: 1e6, noNaN: true }), grow: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.constant('refused' as const) },
    );
    const run = fc.tuple(event, fc.nat(200));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 100 }), (runs) => {
        const window = new AdaptiveWindow(BY_BASTION);
        const within = () => window.size >= BY_BASTION.least && window.size <= BY_BASTION.most;
        return runs.every(([one, times]) => {
          for (let i = 0; i <= times; i++) {
            const before = window.size;
            if (one !== 'refused') window.reached(one.ms, window.round, one.grow);
            else window.refused(window.round);
            if (!within() || (one === 'refused' && window.size > before)) return false;
          }
          return true;
        });
      }),
      { numRuns: 100 },
    );
  });
});
