import { failuresIn } from '../../fanout/counts.ts';
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
 * An intent without an outcome, `unknown` and `timed-out` may have changed the node: its receipt is read first.
 * With `unreachable` nothing left for certain, so it is launched again. `ok` and `failed` are settled, except that a
 * script that arrived incomplete did nothing and is launched again.
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

/** Whether the receipt of the node may still settle the outcome. */
function isOpen({ state, reason }: Outcome): boolean {
  return (state === 'unknown' || state === 'timed-out') && reason?.code !== REBOOTED;
}

/**
 * Failures that a resume does not retry: what is used up of the budget. Where that is more than the budget, a resume
 * launches nothing, because it must not pass a guard.
 */
export function failedForGood(session: Session, step: ActionStep): number {
  const { launch, ask } = pendingOf(session, step);
  const tried = new Set([...launch, ...ask]);
  const settled = step.targets.filter((t) => !tried.has(t));
  return failuresIn(settled.flatMap((t) => session.memory.outcomeOf(step.id, t) ?? []));
}

/** Whether nothing is left to do of a step that ended: nothing is pending, one target was enough, or it was undone. */
export function isSettled(session: Session, step: ActionStep): boolean {
  const memory = session.memory.step(step.id);
  if (memory.undone.size > 0) return true;
  if (step.anyOf && step.targets.some((t) => session.memory.outcomeOf(step.id, t)?.state === 'ok'))
    return true;
  const { launch, ask } = pendingOf(session, step);
  return launch.length + ask.length === 0;
}

/** Whether the workstreams and steps that need it go on. */
export function endedWell(state: string | undefined): boolean {
  return state === 'done' || state === 'partial';
}

/** A step that succeeded on every target. A resume retries those that were never reached. */
export function isOver(session: Session, step: Step): boolean {
  if (!endedWell(session.memory.step(step.id).state)) return false;
  return step.kind !== 'action' || isSettled(session, step);
}

/** Interrupted before the gate opened that decides whether all of it is undone. */
function waitsForGate(session: Session, step: ActionStep): boolean {
  const { undone, state } = session.memory.step(step.id);
  return step.rollBack === true && step.gate !== undefined && undone.size === 0 && state === 'stopped';
}

/** Whether a resume has something to do: a gate to wait for, or targets that are not settled. */
export function canGoOn(session: Session): boolean {
  return session.plan.workstreams.some((workstream) => {
    if (session.memory.workstreams.get(workstream.name)?.state === 'skipped') return false;
    const step = workstream.steps.find((s) => !isOver(session, s));
    if (step?.kind !== 'action') return step !== undefined;
    if (isSettled(session, step)) return waitsForGate(session, step);
    // A resume must not pass a guard.
    return step.anyOf || (failedForGood(session, step) <= step.budget && !canaryFailed(session, step));
  });
}
