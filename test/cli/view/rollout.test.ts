import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainRolloutView } from '../../../src/cli/view/rollout/plain.ts';
import { RolloutProgress } from '../../../src/cli/view/rollout/progress.ts';
import { type ClusterRow, foldRows, headline } from '../../../src/cli/view/rollout/rows.ts';
import { CLUSTER_STATES, type ClusterState, type RunEvent } from '../../../src/run/types.ts';
import { planOf, step } from '../../report/records.ts';
import { clustersOf, rolloutOf } from '../../rollout/fake-clusters.ts';

const row = (cluster: string, state: ClusterState, more: Partial<ClusterRow> = {}): ClusterRow => ({
  cluster,
  state,
  api: '',
  text: '',
  failures: 0,
  window: false,
  ...more,
});
const many = (state: ClusterState, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => row(`c${from + i}`, state));
const at = '2026-11-30T06:00:00.000Z';

describe('foldRows', () => {
  it('stands for every cluster once, in at most as many rows as there is room for', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CLUSTER_STATES), { maxLength: 200 }), (states) => {
        const rows = states.map((state, i) => row(`c${i}`, state));
        const folded = foldRows(rows, 12);
        expect(folded.length).toBeLessThanOrEqual(12);
        expect(folded.flatMap(({ clusters }) => clusters).sort()).toEqual(rows.map((r) => r.cluster).sort());
        for (const { state, clusters } of folded)
          for (const name of clusters) expect(rows.find((r) => r.cluster === name)?.state).toBe(state);
      }),
    );
  });

  it('shows the worst first, and folds what is over or has not begun', () => {
    const rows = [
      ...many('ok', 1, 37),
      ...many('running', 38, 49),
      ...many('failed', 50, 52),
      ...many('waiting', 53, 100),
    ];
    const folded = foldRows(rows, 12);
    expect(folded.map(({ state, clusters }) => [state, clusters.length])).toEqual([
      ['failed', 1],
      ['failed', 1],
      ['failed', 1],
      ['running', 1],
      ['running', 1],
      ['running', 1],
      ['running', 1],
      ['running', 1],
      ['running', 1],
      ['running', 6],
      ['waiting', 48],
      ['ok', 37],
    ]);
    expect(folded.at(-1)?.text).toBe('c[1-37]');
  });
});

describe('the headline', () => {
  it('counts what recovered, windows that are open and what failed', () => {
    const windows = many('running', 38, 49).map((one) => ({ ...one, window: true }));
    const rows = [...many('ok', 1, 37), ...windows, ...many('failed', 50, 52), ...many('waiting', 53, 100)];
    expect(headline(rows, true)).toBe('37 of 100 recovered · 12 windows open · 12 running · 3 failed');
    expect(headline(many('ok', 1, 2), false)).toBe('2 of 2 done');
  });
});

describe('the progress of a rollout', () => {
  const gate: RunEvent = {
    at,
    kind: 'gate',
    step: 'g',
    state: 'open',
    reading: '2/3 API servers ready (2 needed)',
  };

  it('shows the step, the counts and the API servers of each cluster', () => {
    const progress = new RolloutProgress(rolloutOf(clustersOf(2)));
    progress.update({ at, kind: 'cluster', cluster: 'c1', state: 'running', run: 'r.c1' });
    const plan = planOf(['w', [step('hold', ['n1', 'n2'])]]);
    progress.updateRun('c1', { at, kind: 'plan', plan, operator: 'me', host: 'h', pid: 1 });
    progress.updateRun('c1', { at, kind: 'workstream', workstream: 'w', state: 'running' });
    const lines = progress.updateRun('c1', {
      at,
      kind: 'step',
      workstream: 'w',
      step: 'hold',
      state: 'running',
    });
    progress.updateRun('c1', gate);
    expect(lines).toEqual(['c1: hold: running on 2 nodes']);
    expect(progress.rows.get('c1')).toMatchObject({ state: 'running', api: '2/3', window: true });
    expect(progress.rows.get('c1')?.text).toMatch(/0\/2/);
  });

  it('leaves the lines of the runs to the log where there are many clusters', () => {
    const note: RunEvent = { at, kind: 'note', text: 'hello' };
    const plan = rolloutOf(clustersOf(13));
    expect(new RolloutProgress(plan).updateRun('c1', note)).toEqual([]);
    expect(new RolloutProgress(plan, { all: true }).updateRun('c1', note)).toEqual(['c1: hello']);
  });

  it('tells an undo from what was done before', () => {
    const progress = new RolloutProgress(rolloutOf(clustersOf(1)), { op: 'undo' });
    progress.recall([{ at, kind: 'cluster', cluster: 'c1', state: 'ok' }]);
    expect(progress.rows.get('c1')?.state).toBe('waiting');
    expect(progress.update({ at, kind: 'cluster', cluster: 'c1', state: 'ok', op: 'undo' })).toEqual([
      'c1: ok',
    ]);
  });

  it('is lines without a terminal, each on one line whatever a cluster says', async () => {
    const lines: string[] = [];
    const view = plainRolloutView(
      (line) => lines.push(line),
      () => new Date(at),
      rolloutOf(clustersOf(1)),
    );
    view.onEvent({ at, kind: 'cluster', cluster: 'c1', state: 'failed', why: 'two\nlines' });
    await view.end();
    expect(lines).toEqual([expect.stringMatching(/^\S+ c1: failed \(two lines\)$/)]);
  });
});
