import type { RunEvent } from '../run/types.ts';
import type { Outcome } from '../transport/types.ts';

/** The last outcome of every target, by step: what a run's events leave to show. */
export interface OutcomeKeeper {
  onEvent(event: RunEvent): void;
  steps(): Map<string, Outcome[]>;
  /** Names of targets of which is not known what happened. */
  unknown(): string[];
}

export function keepOutcomes(): OutcomeKeeper {
  const steps = new Map<string, Map<string, Outcome>>();
  return {
    onEvent(event) {
      if (event.kind === 'kept' && !event.ok) markUnkept(steps.get(event.step), event.target, event.why);
      // Checks, receipts and keeps are means; what is shown is what was done, or undone.
      if (event.kind !== 'outcome' || !['apply', 'undo'].includes(event.op)) return;
      const targets = steps.get(event.step) ?? new Map<string, Outcome>();
      targets.set(event.outcome.target, event.outcome);
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

/** Done, but not kept: the node takes it back by itself. */
function markUnkept(
  targets: Map<string, Outcome> | undefined,
  target: string,
  why: string | undefined,
): void {
  const outcome = targets?.get(target);
  if (!outcome) return;
  const reason = { code: 'not-kept', message: why ?? 'the node takes it back by itself' };
  targets?.set(target, { ...outcome, state: 'failed', reason });
}
