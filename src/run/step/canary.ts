import type { ActionStep } from '../../plan/types.ts';
import type { Session } from '../session.ts';

/** The result of the canary: the first wave in which any target was reached. `open` before that. */
export function canaryOf(session: Session, step: ActionStep): 'open' | 'ok' | 'failed' {
  const reached = reachedIn(session, step);
  if (reached === 'open') return 'open';
  return reached.every((state) => state === 'ok') ? 'ok' : 'failed';
}

/** Failed for certain: a failure stays one, while a receipt may still settle a lost outcome. */
export function canaryFailed(session: Session, step: ActionStep): boolean {
  const reached = reachedIn(session, step);
  return reached !== 'open' && reached.includes('failed');
}

/** The states of the targets that were reached in the canary; empty where there is no canary, or none was reached. */
function reachedIn({ memory }: Session, { id, canary, targets, waves }: ActionStep): 'open' | string[] {
  if (!canary) return [];
  const { intents } = memory.step(id);
  // An intent without an outcome: not reached so far, and retried.
  const stateOf = (target: string) =>
    memory.outcomeOf(id, target)?.state ?? (intents.has(target) ? 'unreachable' : undefined);
  for (let from = 0; from < targets.length; from += waves[0]!) {
    const states = targets.slice(from, from + waves[0]!).map(stateOf);
    if (states.some((state) => state === undefined || state === 'not-attempted')) return 'open';
    const reached = states.flatMap((state) => (state && state !== 'unreachable' ? [state] : []));
    if (reached.length > 0) return reached;
  }
  return [];
}
