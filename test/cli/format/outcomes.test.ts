import { expect, it } from 'vitest';
import { keepFailures, keepOutcomes } from '../../../src/cli/format/outcomes.ts';
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

it('keeps only failures of many clusters, those of changes that were not kept too', () => {
  const kept = keepFailures();
  const of = (target: string, state: 'ok' | 'failed' | 'unknown', more = {}): RunEvent => ({
    at,
    kind: 'outcome',
    step: 'fence',
    op: 'apply',
    outcome: outcome(target, state, more),
  });
  kept.onEvent(of('n1', 'ok'));
  kept.onEvent(of('n2', 'unknown'));
  kept.onEvent(of('n2', 'ok'));
  kept.onEvent(of('n3', 'failed'));
  kept.onEvent(of('n4', 'ok'));
  kept.onEvent({ at, kind: 'kept', step: 'fence', target: 'n4', ok: false });
  const steps = kept.steps().get('fence')!;
  expect(steps.map(({ target, state }) => [target, state])).toEqual([
    ['n3', 'failed'],
    ['n4', 'failed'],
  ]);
});
