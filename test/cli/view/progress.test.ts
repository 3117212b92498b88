import { describe, expect, it, vi } from 'vitest';
import { plainView } from '../../../src/cli/view/plain.ts';
import { Progress, rowText } from '../../../src/cli/view/progress.ts';
import type { RunEvent } from '../../../src/run/types.ts';
import { counts, outcome, planOf, step } from '../../report/records.ts';

const at = '2026-11-20T10:00:00.000Z';
const names = Array.from({ length: 100 }, (_, i) => `n${i + 1}`);
const plan = planOf(['shed', [step('hold', names)]], ['fence', [step('fence', ['cp-1'])]]);
const running: RunEvent = { at, kind: 'step', workstream: 'shed', step: 'hold', state: 'running' };
const ended = (target: string, state: 'ok' | 'failed', op: 'apply' | 'check' = 'apply'): RunEvent => ({
  at,
  kind: 'outcome',
  step: 'hold',
  op,
  outcome: outcome(target, state, { reason: { code: 'no-receipt', message: 'disk full' } }),
});

describe('the progress of a run', () => {
  it('has one row for each workstream, which counts each target once', () => {
    const progress = new Progress(plan);
    expect(progress.update(running)).toEqual(['hold: running on 100 nodes']);
    progress.update(ended('n1', 'ok'));
    progress.update(ended('n1', 'ok'));
    progress.update(ended('n2', 'ok', 'check'));
    expect(progress.update(ended('n3', 'failed'))).toEqual(['hold: n3 failed (disk full)']);
    expect([...progress.rows.values()].map((row) => [row.workstream, rowText(row)])).toEqual([
      ['shed', 'hold hold 2/100, 1 failure'],
      ['fence', ''],
    ]);
  });

  it('counts the last outcome of a target, in its own step only', () => {
    const progress = new Progress(plan);
    progress.update(running);
    progress.update(ended('n1', 'failed'));
    progress.update(ended('n1', 'ok'));
    const row = () => rowText(progress.rows.get('shed')!);
    expect(row()).toBe('hold hold 1/100');
    progress.update({ ...running, step: 'next' } as RunEvent);
    progress.update(ended('n2', 'ok'));
    expect(row()).toBe('next');
  });

  it('has one count: a receipt corrects it, and the step adds it up', () => {
    const progress = new Progress(planOf(['shed', [step('hold', ['n1', 'n2', 'n3'])]]));
    const row = () => rowText([...progress.rows.values()][0]!);
    progress.update(ended('n1', 'failed'));
    progress.update(running);
    expect(row()).toBe('hold hold 1/3, 1 failure');
    // The connection is lost, then the receipt is read.
    progress.update(ended('n1', 'ok'));
    expect(row()).toBe('hold hold 1/3');
    progress.update({ at, kind: 'kept', step: 'hold', target: 'n1', ok: false });
    expect(row()).toBe('hold hold 1/3, 1 failure');
    progress.update({ ...running, state: 'done', counts: counts({ ok: 3 }) });
    expect(row()).toBe('hold hold 3/3');
  });

  it('of a resumed run counts what an earlier process saw, without printing it again', () => {
    const progress = new Progress(planOf(['shed', [step('hold', ['n1', 'n2', 'n3'])]]));
    progress.recall([ended('n1', 'ok'), ended('n2', 'failed')]);
    expect(progress.update(running)).toHaveLength(1);
    progress.update(ended('n3', 'ok'));
    expect(rowText([...progress.rows.values()][0]!)).toBe('hold hold 3/3, 1 failure');
  });

  it('does not count targets that were not attempted as done', () => {
    const progress = new Progress(planOf(['shed', [step('hold', ['n1', 'n2'])]]));
    progress.update(running);
    progress.update(ended('n1', 'ok'));
    const none = outcome('n2', 'not-attempted');
    progress.update({ at, kind: 'outcome', step: 'hold', op: 'apply', outcome: none });
    expect(rowText([...progress.rows.values()][0]!)).toBe('hold hold 1/2');
  });

  it('names the first failures and refers to the summary for the rest', () => {
    const progress = new Progress(plan);
    const lines = names.flatMap((name) => progress.update(ended(name, 'failed')));
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe('hold: further failures are in the summary');
  });

  it('prints the reading of a gate once until it changes', () => {
    const progress = new Progress(plan);
    const gate = (reading: string): RunEvent => ({
      at,
      kind: 'gate',
      step: 'hold',
      state: 'waiting',
      reading,
    });
    const readings = [
      '1/3, 45% errors',
      '1/3, 38% errors',
      '2/3, 20% errors',
      '2/3, held 2s of 5s',
      '2/3, held 4s of 5s',
    ];
    expect(readings.map(gate).flatMap((e) => progress.update(e))).toEqual([
      'hold: gate waiting: 1/3, 45% errors',
      'hold: gate waiting: 2/3, 20% errors',
      'hold: gate waiting: 2/3, held 2s of 5s',
    ]);
  });

  it('prints all kinds of events, also for a run whose plan it has not seen', () => {
    const progress = new Progress();
    const events: RunEvent[] = [
      { at, kind: 'workstream', workstream: 'w', state: 'running' },
      { at, kind: 'step', workstream: 'w', step: 's', state: 'done', counts: counts({ ok: 1 }) },
      { at, kind: 'wave', step: 's', wave: 1, of: 2, size: 1 },
      { at, kind: 'breach', step: 's', bad: 2, budget: 1 },
      { at, kind: 'kept', step: 's', target: 'n1', ok: false, why: 'gone' },
      { at, kind: 'undone', step: 's', target: 'n1', ok: false },
      { at, kind: 'operator', what: 'interrupt', operator: 'me' },
      { at, kind: 'note', text: 'hello' },
      { at, kind: 'launched', step: 's', target: 'n1', via: 'ssh' },
    ];
    expect(events.flatMap((e) => progress.update(e))).toEqual([
      's: done: 1 ok',
      's: wave 1 of 2 (1 node)',
      's: 2 failures, 1 allowed: launching nothing more',
      'n1: not kept; the node will revert it (gone)',
      'n1: not undone',
      expect.stringMatching(/^interrupted/),
      'hello',
    ]);
  });
});

describe('the plain view', () => {
  it('prefixes each line with the time, and prints the state after a silence', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z') });
    const lines: string[] = [];
    const view = plainView(
      (line) => lines.push(line),
      () => new Date(),
      plan,
    );
    view.onEvent({ at, kind: 'workstream', workstream: 'shed', state: 'running' });
    view.onEvent(running);
    view.onEvent(ended('n1', 'ok'));
    await vi.advanceTimersByTimeAsync(6_000);
    await view.end();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(lines).toEqual([
      '10:00:00Z shed: running',
      '10:00:00Z hold: running on 100 nodes',
      '10:00:05Z shed: hold hold 1/100',
    ]);
  });
});
