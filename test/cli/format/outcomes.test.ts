import { expect, it } from 'vitest';
import { keepOutcomes } from '../../../src/cli/format/outcomes.ts';
import type { RunEvent } from '../../../src/run/types.ts';
import { outcome } from '../../fanout/fake-transport.ts';

const at = '2026-01-01T00:00:00.000Z';

it('notes on an armed change whether it was kept', () => {
  const kept = keepOutcomes();
  const events: RunEvent[] = ['cp-1', 'cp-2'].map((target) => ({
    at,
    kind: 'outcome',
    step: 'fence',
    op: 'apply',
    outcome: outcome(target, 'ok', {
      result: { fireaxe: 1, op: 'apply', state: 'changed', note: 'fenced; back in 180s unless kept' },
    }),
  }));
  events.push(
    { at, kind: 'kept', step: 'fence', target: 'cp-1', ok: true },
    { at, kind: 'kept', step: 'fence', target: 'cp-2', ok: false, why: 'no answer' },
  );
  for (const event of events) kept.onEvent(event);
  expect(
    kept
      .steps()
      .get('fence')!
      .map((o) => [o.state, o.result?.note, o.reason?.message]),
  ).toEqual([
    ['ok', 'fenced; back in 180s unless kept: kept', undefined],
    ['failed', 'fenced; back in 180s unless kept', 'no answer'],
  ]);
});
