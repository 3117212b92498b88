import { expect, it } from 'vitest';
import { resultLines } from '../../src/cli/run-and-show.ts';
import { noCounts } from '../../src/fanout/counts.ts';
import type { RunVerdict } from '../../src/run/types.ts';
import { outcome } from '../fanout/fake-transport.ts';

const undone: RunVerdict = {
  runId: 'r',
  state: 'done',
  counts: { ...noCounts(), ok: 2 },
  planned: 2,
  startedAt: '',
  endedAt: '',
  workstreams: [],
};

it('an undo of several steps names the step of each line; of one step it does not', () => {
  const of = (...steps: string[]) => new Map(steps.map((step) => [step, [outcome('n1', 'ok')]]));
  expect(resultLines(undone, of('fence', 'hold'), undefined)).toEqual([
    'fence:',
    '== n1 (1): ok',
    'hold:',
    '== n1 (1): ok',
  ]);
  expect(resultLines(undone, of('hold'), undefined)).toEqual(['== n1 (1): ok']);
});
