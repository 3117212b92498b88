import { describe, expect, it } from 'vitest';
import { type Beat, isWell } from '../../../../src/cli/drill/game-day/beats.ts';
import { scoreOf, scoreRows } from '../../../../src/cli/drill/game-day/score.ts';

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
      // No server was there to tell.
      unmeasured: 1,
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

  it('is not well after a playbook until three readings in a row after its end are', () => {
    const beats = [beat(0, 3), beat(2, 1), beat(4, 3), beat(6, 3), beat(8, 3)];
    expect(scoreOf(beats, 2).well).toBe(true);
    // Two of them are from after its end.
    expect(scoreOf(beats, 3).well).toBe(false);
    expect(scoreOf([...beats, beat(10, 2), beat(12, 3), beat(14, 3)], 2).well).toBe(false);
    expect(scoreOf([], 0).well).toBe(false);
  });

  it('knows nothing of a reading without failed requests once they were measured', () => {
    // Never well, open nor recovered by it.
    const beats = [beat(0, 3), beat(2, 3, 0), beat(4, 3), beat(6, 3, 2)];
    expect(scoreOf(beats)).toMatchObject({ broken: 4, window: 2, recovered: 2, well: true, unmeasured: 1 });
    expect(isWell(beats.slice(0, 3))).toBe(false);
    // The first reading has none: there is none before.
    expect(isWell(beats.slice(0, 1))).toBe(true);
    const rows = scoreRows(scoreOf(beats), { result: 'yes', calls: 7, answered: 6, of: 3 });
    expect(rows).toContainEqual(['worst share of failed requests', '2%, and not measured in 1 reading']);
  });

  it('says what was not measured', () => {
    const rows = scoreRows(scoreOf([beat(0, 3)]), { result: 'yes', calls: 7, answered: 6, of: 3 });
    expect(rows).toContainEqual(['worst share of failed requests', 'not measured']);
    expect(rows).toContainEqual(['recovered', 'yes']);
    expect(rows).toContainEqual(['calls of the flood', '7, of which 6 were answered well']);
  });
});
