import type { RunEvent } from '../../run/types.ts';
import type { Outcome } from '../../transport/types.ts';

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
      if (event.kind === 'kept') markKept(steps.get(event.step), event);
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

/** Of an armed change: whether it stays, or the node takes it back by itself. */
function markKept(
  targets: Map<string, Outcome> | undefined,
  { target, ok, why }: { target: string; ok: boolean; why?: string },
): void {
  const outcome = targets?.get(target);
  if (!outcome) return;
  if (!ok) {
    const reason = { code: 'not-kept', message: why ?? 'the node takes it back by itself' };
    targets?.set(target, { ...outcome, state: 'failed', reason });
  } else if (outcome.result?.note) {
    const note = `${outcome.result.note}: it was kept`;
    targets?.set(target, { ...outcome, result: { ...outcome.result, note } });
  }
}
