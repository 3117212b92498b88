import { failuresIn } from '../../fanout/counts.ts';
import { waitForGate } from '../gate/wait.ts';
import { undoStep } from '../undo/step.ts';
import { foundNone, mustFind } from './found-none.ts';
import { settledFailures } from './keep-trying.ts';
import { anyOk, INTERRUPTED, overBudget, type StepEnd, type StepWork } from './phase.ts';
import { notUndone } from './rolled-back.ts';

/** How the step ended. Where its last gate does not open, the whole step is undone: a batch of clients was too much. */
export async function settle(work: StepWork): Promise<StepEnd> {
  const { session, bound, step } = work;
  if (work.stopped) return work.stopped;
  if (step.anyOf && !anyOk(work)) return { state: 'failed', why: 'no target succeeded' };
  // Also what an earlier process saw: a resume does not pass the budget.
  const outcomes = step.targets.map((t) => session.memory.outcomeOf(step.id, t));
  const failures =
    step.keepTrying === undefined
      ? failuresIn(outcomes.filter((outcome) => outcome !== undefined))
      : settledFailures(session, step);
  if (!step.anyOf && failures > step.budget) return overBudget(work, failures);
  const none = foundNone(bound, outcomes);
  if (none && mustFind(session.plan)) return { state: 'failed', why: none };
  const ended = success(work, none);
  // Where nothing changed (no fence is there) there is nothing to wait for, and nothing to undo.
  if (!step.rollBack || !step.gate || session.memory.changed(step).length === 0) return ended;
  const gate = await waitForGate(session, step.id, step.gate);
  if (gate.open) return ended;
  if (session.env.stop.aborted) return INTERRUPTED;
  await undoStep(session, bound);
  const left = notUndone(session, step);
  const shut = `the gate did not open: ${gate.text}`;
  return { state: 'failed', guard: true, why: left ? `${shut}; ${left}` : `undone, because ${shut}` };
}

/** Failures that are allowed are still failures: step, workstream and run call them by one word. */
function success({ session, step }: StepWork, none: string | undefined): StepEnd {
  const missing = step.anyOf ? 0 : step.targets.length - session.memory.countsOf(step).ok;
  const short = missing > 0 ? `${missing} of ${step.targets.length} targets not ok` : undefined;
  const why = [short, none].filter((part) => part !== undefined).join('; ');
  return { state: missing > 0 ? 'partial' : 'done', ...(why ? { why } : {}) };
}
