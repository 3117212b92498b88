import type { Session } from './session.ts';
import type { ActionStep } from './types.ts';

export interface Pending {
  /** Certain that nothing left yet: launch. */
  launch: string[];
  /** Something may have left: read the receipt first. */
  ask: string[];
}

/**
 * What a step still has to do for each target, by the journal alone.
 * An intent without an outcome, `unknown` and `timed-out` may have changed the node: they are asked, never run blindly.
 * `unreachable` is certain not to have left, so it is launched again. `ok` and `failed` are settled.
 */
export function pendingOf(session: Session, step: ActionStep): Pending {
  const memory = session.memory.step(step.id);
  const pending: Pending = { launch: [], ask: [] };
  for (const target of step.targets) {
    const outcome = memory.outcomes.get(target);
    if (!outcome) (memory.intents.has(target) ? pending.ask : pending.launch).push(target);
    else if (outcome.state === 'unknown' || outcome.state === 'timed-out') pending.ask.push(target);
    else if (outcome.state === 'unreachable' || outcome.state === 'not-attempted')
      pending.launch.push(target);
  }
  return pending;
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
