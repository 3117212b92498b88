import { describe, expect, it } from 'vitest';
import { timeline, timelineLines } from '../../src/report/timeline.ts';
import type { JournalBody, RunVerdict } from '../../src/run/types.ts';
import { counts, journal, outcome, planOf, step } from './records.ts';

const RUN = '20261120T100000.000Z-shed-load-1a2b';
const targets = ['n1', 'n2', 'n3'];
const plan = planOf(['shed', [step('hold', targets)]], ['fence', [step('fence', ['cp-1'])]]);
const begin: JournalBody = { kind: 'plan', plan, operator: 'alice@bastion', host: 'bastion', pid: 1 };
const unreachable = outcome('n3', 'unreachable', { reason: { code: 'refused', message: 'no' } });
const story: JournalBody[] = [
  begin,
  { kind: 'workstream', workstream: 'shed', state: 'running' },
  { kind: 'step', workstream: 'shed', step: 'hold', state: 'running' },
  { kind: 'intent', step: 'hold', op: 'apply', targets, via: 'ssh', wave: 1 },
  { kind: 'outcome', step: 'hold', op: 'apply', outcome: outcome('n1', 'ok') },
  { kind: 'outcome', step: 'hold', op: 'apply', outcome: outcome('n2', 'ok') },
  { kind: 'outcome', step: 'hold', op: 'apply', outcome: unreachable },
  { kind: 'outcome', step: 'hold', op: 'receipt', outcome: outcome('n3', 'ok') },
  {
    kind: 'step',
    workstream: 'shed',
    step: 'hold',
    state: 'done',
    counts: counts({ ok: 2, unreachable: 1 }),
  },
  { kind: 'gate', step: 'hold', state: 'open', reading: '3/3 API servers ready' },
  { kind: 'operator', what: 'undo', operator: 'bob@laptop' },
  { kind: 'undone', step: 'hold', target: 'n1', ok: true },
  { kind: 'undone', step: 'hold', target: 'n2', ok: false, why: 'gone' },
];

describe('the timeline', () => {
  it('tells who, why, what and how it ended, from the journal alone', () => {
    const told = timeline(RUN, journal(...story));
    expect(told).toMatchObject({
      name: 'shed-load',
      operator: 'alice@bastion',
      reason: 'INC-42',
      state: 'open',
    });
    expect(told.entries.map((e) => [e.afterMs / 1000, e.workstream, e.step, e.text])).toEqual([
      [0, undefined, undefined, 'started by alice@bastion on bastion'],
      [1, 'shed', undefined, 'running'],
      [2, 'shed', 'hold', 'running'],
      [3, undefined, 'hold', 'sent: 3 nodes, n[1-3]'],
      [5, undefined, 'hold', 'ok: 2 nodes, n[1-2]'],
      [6, undefined, 'hold', 'unreachable (refused): 1 node, n3'],
      [8, 'shed', 'hold', 'done: 2 ok, 1 unreachable'],
      [9, undefined, 'hold', 'gate open: 3/3 API servers ready'],
      [10, undefined, undefined, 'bob@laptop: undo'],
      [11, undefined, 'hold', 'undone: 1 node, n1'],
      [12, undefined, 'hold', 'not undone (gone): 1 node, n2'],
    ]);
  });

  it('is readable, and says that a run without an end was cut off', () => {
    const lines = timelineLines(timeline(RUN, journal(...story)));
    expect(lines.slice(0, 4)).toEqual([
      'Shed load (shed-load) on prod-1',
      'reason: INC-42',
      'operator: alice@bastion',
      'plan: abcdef012345, made 2026-11-20T10:00:00Z',
    ]);
    expect(lines).toContain('10:00:08Z +8.0s    shed / hold: done: 2 ok, 1 unreachable');
    expect(lines.at(-2)).toMatch(/no end/);
  });

  it('ends with the command to continue: a run whose undo has begun is not resumed', () => {
    const next = (...bodies: JournalBody[]) => timeline(RUN, journal(...bodies)).next;
    const begun = story.slice(0, -3);
    expect(next(...begun)).toBe(`fireaxe resume ${RUN}`);
    expect(next(...story)).toBe(`fireaxe undo ${RUN}`);
    const back: JournalBody = { kind: 'undone', step: 'hold', target: 'n2', ok: true };
    const verdict: RunVerdict = {
      runId: RUN,
      state: 'failed',
      counts: counts({ ok: 2, unreachable: 1 }),
      planned: 3,
      startedAt: '',
      endedAt: '',
      workstreams: [],
      next: `fireaxe resume ${RUN}`,
    };
    const done: JournalBody = { kind: 'end', verdict };
    expect(next(...begun, done)).toBe(`fireaxe resume ${RUN}`);
    expect(next(...begun, done, ...story.slice(-3), back)).toBeUndefined();
    const sent: JournalBody = { kind: 'intent', step: 'hold', op: 'undo', targets, via: 'ssh', wave: 1 };
    const [operator, first] = story.slice(-3) as [JournalBody, JournalBody];
    expect(next(...begun, done, operator, sent, first)).toBe(`fireaxe undo ${RUN}`);
    const third: JournalBody = { ...back, target: 'n3' };
    expect(next(...begun, done, operator, sent, first, back, third)).toBeUndefined();
  });

  it('does not break on a journal without its beginning', () => {
    expect(timeline(RUN, journal(...story.slice(1))).entries.length).toBeGreaterThan(3);
    expect(timelineLines(timeline(RUN, [])).length).toBeGreaterThan(3);
  });

  it('is in the order of time, also where one went on by a second way after the others had ended', () => {
    const told = timeline(
      RUN,
      journal(
        begin,
        { kind: 'intent', step: 'hold', op: 'apply', targets, via: 'ssh', wave: 1 },
        { kind: 'outcome', step: 'hold', op: 'apply', outcome: outcome('n1', 'ok') },
        { kind: 'outcome', step: 'hold', op: 'apply', outcome: unreachable },
        { kind: 'intent', step: 'hold', op: 'apply', targets: ['n2'], via: 'openssh', wave: 1 },
        { kind: 'outcome', step: 'hold', op: 'apply', outcome: outcome('n2', 'ok') },
      ),
    );
    expect(told.entries.map((e) => [e.afterMs / 1000, e.text])).toEqual([
      [0, 'started by alice@bastion on bastion'],
      [1, 'sent: 3 nodes, n[1-3]'],
      [3, 'unreachable (refused): 1 node, n3'],
      [5, 'ok: 2 nodes, n[1-2]'],
    ]);
  });
});
