import type { RunEvent } from '../../run/types.ts';
import type { Outcome } from '../../transport/types.ts';

/** The last outcome of every target, by step, from the events of a run. */
export interface OutcomeKeeper {
  onEvent(event: RunEvent): void;
  steps(): Map<string, Outcome[]>;
  /** Targets whose outcome is unknown. */
  unknown(): string[];
}

/** Keeps failures alone: of many clusters nothing else is shown as text, and all outcomes would need much memory. */
export function keepFailures(): OutcomeKeeper {
  const kept = keepOutcomes(({ state }) => state !== 'ok');
  return {
    ...kept,
    onEvent(event) {
      // A change that is not kept was `ok` before.
      if (event.kind === 'kept' && !event.ok) {
        const { at, step, target } = event;
        kept.onEvent({ at, kind: 'outcome', step, op: 'apply', outcome: notKept(target, at) });
      }
      kept.onEvent(event);
    },
  };
}

const notKept = (target: string, at: string): Outcome => ({
  target,
  state: 'failed',
  stdout: '',
  stderr: '',
  truncated: false,
  startedAt: at,
  endedAt: at,
});

export function keepOutcomes(isKept: (outcome: Outcome) => boolean = () => true): OutcomeKeeper {
  const steps = new Map<string, Map<string, Outcome>>();
  return {
    onEvent(event) {
      if (event.kind === 'kept') markKept(steps.get(event.step), event);
      // Only applies and undos are shown; checks, receipts and keeps serve them.
      if (event.kind !== 'outcome' || !['apply', 'undo'].includes(event.op)) return;
      const targets = steps.get(event.step) ?? new Map<string, Outcome>();
      if (isKept(event.outcome)) targets.set(event.outcome.target, event.outcome);
      else targets.delete(event.outcome.target);
      steps.set(event.step, targets);
    },
    steps: () => new Map([...steps].map(([step, targets]) => [step, [...targets.values()]])),
    unknown: () => [
      ...new Set(
        [...steps.values()].flatMap((targets) =>
          [...targets.values()].filter((o) => o.state === 'unknown').map((o) => o.target),
        ),
      ),
    ],
  };
}

/** Notes on an armed change that it was kept, or marks it failed because the node will revert it. */
function markKept(
  targets: Map<string, Outcome> | undefined,
  { target, ok, why }: { target: string; ok: boolean; why?: string },
): void {
  const outcome = targets?.get(target);
  if (!outcome) return;
  if (!ok) {
    const reason = { code: 'not-kept' as const, message: why ?? 'not kept; the node will revert it' };
    targets?.set(target, { ...outcome, state: 'failed', reason });
  } else if (outcome.result?.note) {
    const note = `${outcome.result.note}: kept`;
    targets?.set(target, { ...outcome, result: { ...outcome.result, note } });
  }
}
