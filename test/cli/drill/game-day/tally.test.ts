import { expect, it } from 'vitest';
import { overText, sumOf, tallyOf } from '../../../../src/cli/drill/game-day/tally.ts';
import type { RunEvent } from '../../../../src/run/types.ts';

const told = (target: string, state: string, result?: object) =>
  ({
    kind: 'outcome',
    op: 'undo',
    step: 's',
    at: '',
    outcome: { target, state, result },
  }) as unknown as RunEvent;

it('adds up what the nodes told, also of a flood that was over by itself', () => {
  const events = [
    told('w1', 'ok', { state: 'changed', data: { calls: '12', answered: '7' } }),
    told('w2', 'ok', { state: 'already', data: { calls: '30', answered: '30' } }),
    told('w3', 'unknown'),
    { ...told('w4', 'ok', { state: 'changed', data: { calls: '9' } }), op: 'apply' } as RunEvent,
  ];
  expect(sumOf(events.flatMap(tallyOf))).toEqual({ calls: 42, answered: 37, left: ['w3'], over: ['w2'] });
});

it('asks for a longer flood only where its time was over', () => {
  const tally = { calls: 1, answered: 1, left: [], over: ['w1', 'w2'] };
  expect(overText(tally, 60_000, 60_000)).toMatch(/before the drill was, on w1, w2: .* give a longer --for$/);
  expect(overText(tally, 59_999, 60_000)).toMatch(/before its time on w1, w2: what was held/);
  expect(overText({ ...tally, over: [] }, 60_000, 60_000)).toBeUndefined();
});
