import { countOutcomes, failuresOf } from '../../fanout/counts.ts';
import type { ActionStep, Step } from '../../plan/types.ts';
import { REBOOTED } from '../../transport/node-output.ts';
import { neverRan } from '../../transport/outcome.ts';
import type { Outcome } from '../../transport/types.ts';
import type { Session } from '../session.ts';
import { canaryFailed } from './canary.ts';

export interface Pending {
  /** Certain that nothing left yet: launch. */
  launch: string[];
  /** Something may have left: read the receipt first. */
  ask: string[];
}

/**
 * What a step still has to do for each target, by the journal alone.
 * An intent without an outcome, `unknown` and `timed-out` may have changed the node: they are asked, never run blindly.
 * `unreachable` is certain not to have left, so it is launched again. `ok` and `failed` are settled, but a script
 * that arrived incomplete did nothing: it is launched again.
 */
export function pendingOf(session: Session, step: ActionStep): Pending {
  const memory = session.memory.step(step.id);
  const pending: Pending = { launch: [], ask: [] };
  for (const target of step.targets) {
    const outcome = memory.outcomes.get(target);
    if (!outcome) (memory.intents.has(target) ? pending.ask : pending.launch).push(target);
    else if (isOpen(outcome)) pending.ask.push(target);
    else if (neverRan(outcome)) pending.launch.push(target);
  }
  return pending;
}

/** Whether the node may still tell what became of it. */
function isOpen({ state, reason }: Outcome): boolean {
  return (state === 'unknown' || state === 'timed-out') && reason?.code !== REBOOTED;
}

/**
 * Targets that ended badly for good, beyond those that are tried again: what a resume has used up of the budget.
 * Where it is more than the step bears, a resume launches nothing: it is no way past a guard.
 */
export function usedUp(session: Session, step: ActionStep): number {
  const { launch, ask } = pendingOf(session, step);
  const tried = new Set([...launch, ...ask]);
  const settled = step.targets.filter((t) => !tried.has(t));
  return failuresOf(countOutcomes(settled.flatMap((t) => session.memory.outcomeOf(step.id, t) ?? [])));
}

/** Whether a step that ended is not worth another look: nothing is pending, one was enough, or it was taken back since. */
export function isSettled(session: Session, step: ActionStep): boolean {
  const memory = session.memory.step(step.id);
  if (memory.undone.size > 0) return true;
  if (step.anyOf && step.targets.some((t) => session.memory.outcomeOf(step.id, t)?.state === 'ok'))
    return true;
  const { launch, ask } = pendingOf(session, step);
  return launch.length + ask.length === 0;
}

/** Whether what needs it goes on. */
export function endedWell(state: string | undefined): boolean {
  return state === 'done' || state === 'partial';
}

/** A step that ended well and left no target behind. A resume tries those again that were never reached. */
export function isOver(session: Session, step: Step): boolean {
  if (!endedWell(session.memory.step(step.id).state)) return false;
  return step.kind !== 'action' || isSettled(session, step);
}

/** Whether a resume would find something to do: a gate to wait for again, or targets that are not settled. */
export function canGoOn(session: Session): boolean {
  return session.plan.workstreams.some((workstream) => {
    if (session.memory.workstreams.get(workstream.name)?.state === 'skipped') return false;
    const step = workstream.steps.find((s) => !isOver(session, s));
    if (step?.kind !== 'action') return step !== undefined;
    if (isSettled(session, step)) return false;
    // A resume is no way past a guard.
    return step.anyOf || (usedUp(session, step) <= step.budget && !canaryFailed(session, step));
  });
}
