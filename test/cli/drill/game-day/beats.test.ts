import { describe, expect, it } from 'vitest';
import { type Beat, harm } from '../../../../src/cli/drill/game-day/beats.ts';

const beat = (at: number, answering: number, errors?: number): Beat => ({
  at: at * 1000,
  answering,
  of: 3,
  ...(errors !== undefined && { errors }),
});

describe('what users lose', () => {
  it.each([
    [beat(0, 3, 12), 3, 12],
    [beat(0, 2, 12), 3, 100 / 3],
    [beat(0, 0), 3, 100],
    // One that did not answer before does not count.
    [beat(0, 2), 2, 0],
    [beat(0, 0), 0, 0],
  ])('of %j with %i before is %d%%', (one, before, share) => {
    expect(harm(one, before)).toBeCloseTo(share);
  });
});
