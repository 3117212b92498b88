import { describe, expect, it } from 'vitest';
import { inForceLine, previewOf } from '../../../src/cli/format/undo-preview.ts';
import { withPace } from '../../../src/cli/undo-pace.ts';
import type { JournalBody } from '../../../src/run/types.ts';
import type { UndoPace } from '../../../src/run/undo/pace.ts';
import type { NodeResult } from '../../../src/transport/types.ts';
import { journal, outcome, planOf, step } from '../../report/records.ts';

const changesOf = (...of: Parameters<typeof previewOf>) => previewOf(...of).changes;
const names = ['n1', 'n2', 'n3', 'n4', 'n5'];
const plan = planOf([
  'w',
  [
    step('hold', names, { params: { unit: 'a.service' } }),
    step('fence.1', ['cp-1']),
    step('run', ['n1'], { irreversible: 'exec' }),
  ],
]);
const ended = (
  target: string,
  state: 'ok' | 'failed' | 'unreachable',
  did?: NodeResult['state'],
): JournalBody => ({
  kind: 'outcome',
  step: 'hold',
  op: 'apply',
  outcome: outcome(target, state, did ? { result: { fireaxe: 1, op: 'apply', state: did } } : {}),
});
const sent = (id: string, targets: string[]): JournalBody => ({
  kind: 'intent',
  step: id,
  op: 'apply',
  targets,
  via: 'ssh',
  wave: 1,
});
const records = journal(
  { kind: 'plan', plan, operator: 'me', host: 'h', pid: 1 },
  sent('hold', names),
  ended('n1', 'ok', 'changed'),
  ended('n2', 'ok', 'already'),
  ended('n3', 'unreachable'),
  ended('n4', 'failed', 'failed'),
  sent('fence.1', ['cp-1']),
  sent('run', ['n1']),
);

describe('the undo that a run offers at its end', () => {
  const undone = (id: string, targets: string[]): JournalBody[] =>
    targets.map((target) => ({ kind: 'undone', step: id, target, ok: true }));

  it('covers what is in force by its journal, not what cannot be undone', () => {
    expect(inForceLine(records)).toBe('still in force: fence.1 (1), hold (3); to undo it');
    const some = journal(...(records as JournalBody[]), ...undone('hold', ['n1', 'n4', 'n5']));
    expect(inForceLine(some)).toBe('still in force: fence.1 (1); to undo it');
    const all = journal(...(some as JournalBody[]), ...undone('fence.1', ['cp-1']));
    expect(inForceLine(all)).toBeUndefined();
  });

  it('never covers a change that was not kept and that its node reverts', () => {
    const kept = (ok: boolean): JournalBody => ({ kind: 'kept', step: 'fence.1', target: 'cp-1', ok });
    const lost = journal(...(records as JournalBody[]), kept(false));
    expect(inForceLine(lost)).toBe('still in force: hold (3); to undo it');
    const after = journal(...(lost as JournalBody[]), kept(true));
    expect(inForceLine(after)).toBe('still in force: fence.1 (1), hold (3); to undo it');
  });

  it('never covers the removal of the cause', () => {
    const remove = step('remove', ['cp-1'], { removesCause: true });
    const ran = journal(
      { kind: 'plan', plan: planOf(['w', [remove]]), operator: 'me', host: 'h', pid: 1 },
      sent('remove', ['cp-1']),
    );
    expect(inForceLine(ran)).toBeUndefined();
  });
});

describe('the preview of an undo', () => {
  it('has every possible change, newest first, with unknown outcomes too', () => {
    expect(changesOf(records).map((c) => [c.step, c.targets, c.irreversible])).toEqual([
      ['run', ['n1'], 'exec'],
      ['fence.1', ['cp-1'], undefined],
      ['hold', ['n1', 'n4', 'n5'], undefined],
    ]);
  });

  it('is narrowed by step (with all parts of a split one) and by node', () => {
    expect(changesOf(records, { steps: ['fence'] }).map((c) => c.step)).toEqual(['fence.1']);
    expect(changesOf(records, { steps: ['hold'], targets: ['n5', 'n2'] }).map((c) => c.targets)).toEqual([
      ['n5'],
    ]);
  });

  it('leaves out what is already undone', () => {
    const more = journal(...(records as JournalBody[]), {
      kind: 'undone',
      step: 'fence.1',
      target: 'cp-1',
      ok: true,
    });
    expect(changesOf(more, { steps: ['fence'] })).toEqual([]);
  });

  it('has the pace that the flags set, in numbers and words', async () => {
    const way = async (pace: UndoPace) =>
      (await withPace(changesOf(records, { steps: ['hold'] }), records, pace))[0]!.way;
    expect(await way({})).toBe('');
    expect(await way({ wave: '1' })).toBe(', in waves of 1 × 3');
    expect(await way({ canary: '1', pauseMs: 500 })).toBe(
      ', in waves of 1, 2 (the first must succeed), 500ms apart',
    );
  });
});
