import { describe, expect, it } from 'vitest';
import { resultOf } from '../../../../src/cli/drill/game-day/result.ts';

const well = { well: true, broken: null };
const flood = { calls: 7, left: [] };

describe('the result of a drill on a cluster', () => {
  it.each([
    ['failed', 3],
    ['partial', 3],
    ['guard', 7],
    ['interrupted', 130],
  ] as const)(
    'is not a recovery where the playbook ended %s, however well the control plane is',
    (state, exit) => {
      expect(resultOf(well, flood, state)).toEqual({
        recovered: false,
        text: `no: the playbook ended ${state}`,
        exit,
      });
    },
  );

  it.each(['done', 'recovered'] as const)('is a recovery where the playbook ended %s', (state) => {
    expect(resultOf(well, flood, state)).toEqual({
      recovered: true,
      text: 'yes: the flood did not break it',
      exit: 0,
    });
    expect(resultOf({ well: true, broken: 4 }, flood, state).text).toBe('yes');
  });

  it('needs a playbook, a control plane that is well, and no flood left', () => {
    expect(resultOf(well, flood, undefined)).toMatchObject({ recovered: false, exit: 3 });
    expect(resultOf({ well: false, broken: 4 }, flood, 'done')).toMatchObject({ text: 'no', exit: 3 });
    expect(resultOf(well, { calls: 7, left: ['w1'] }, 'done')).toEqual({
      recovered: false,
      text: 'no: the flood was not ended on every node',
      exit: 3,
    });
  });

  it('is not a test where the flood made no call', () => {
    const none = { calls: 0, left: [] };
    const untested = { recovered: false, text: 'not tested: the flood made no call', exit: 3 };
    expect(resultOf(well, none, 'done')).toEqual(untested);
    expect(resultOf(well, none, undefined)).toEqual(untested);
    expect(resultOf(well, none, 'failed').text).toBe('no: the playbook ended failed');
    // Nodes that did not answer may have made calls.
    expect(resultOf(well, { calls: 0, left: ['w1'] }, undefined).text).toBe('no: the playbook did not begin');
  });
});
