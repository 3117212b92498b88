import { describe, expect, it } from 'vitest';
import { type Beat, harm, scoreOf, scoreRows } from '../../../../src/cli/drill/game-day/score.ts';

const beat = (at: number, answering: number, errors?: number): Beat => ({
  at: at * 1000,
  answering,
  of: 3,
  ...(errors !== undefined && { errors }),
});

describe('the score of a drill on a cluster', () => {
  it('counts from the first reading that is not well, and recovery from the last one', () => {
    const beats = [
      beat(0, 3),
      beat(4, 3, 9),
      beat(6, 0),
      beat(10, 2, 15),
      beat(12, 3, 40),
      beat(20, 3, 2),
      beat(22, 3, 0),
    ];
    expect(scoreOf(beats)).toEqual({
      broken: 4,
      // Open at once: few requests fail as yet.
      window: 0,
      recovered: 16,
      well: true,
      worstErrors: 40,
      fewestAnswering: 0,
    });
  });

  it('has no recovery where the end is not well, and no break where all was', () => {
    expect(scoreOf([beat(0, 3), beat(2, 1), beat(4, 2)])).toMatchObject({
      window: 2,
      recovered: null,
      well: false,
    });
    expect(scoreOf([beat(0, 3), beat(2, 3, 5)])).toMatchObject({ broken: null, window: null, well: true });
    expect(scoreOf([])).toMatchObject({
      broken: null,
      well: false,
      worstErrors: null,
      fewestAnswering: null,
    });
  });

  it('says what was not measured', () => {
    const rows = scoreRows(scoreOf([beat(0, 3)]), { result: 'yes', calls: 7, answered: 6, of: 3 });
    expect(rows).toContainEqual(['worst share of failed requests', 'not measured']);
    expect(rows).toContainEqual(['recovered', 'yes']);
    expect(rows).toContainEqual(['calls of the flood', '7, of which 6 were answered well']);
  });
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
