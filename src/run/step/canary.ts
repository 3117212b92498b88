import type { ActionStep } from '../../plan/types.ts';
import type { Session } from '../session.ts';

/** What the canary told: the first wave of which anybody was reached. `open` as long as there is none. */
export function canaryOf(session: Session, step: ActionStep): 'open' | 'ok' | 'bad' {
  const told = toldBy(session, step);
  if (told === 'open') return 'open';
  return told.every((state) => state === 'ok') ? 'ok' : 'bad';
}

/** Bad for good: what failed stays so, while what was lost may be told by its receipt yet. */
export function canaryFailed(session: Session, step: ActionStep): boolean {
  const told = toldBy(session, step);
  return told !== 'open' && told.includes('failed');
}

/** The states of those that were reached in the canary; none where there is no canary, or nobody could be. */
function toldBy({ memory }: Session, { id, canary, targets, waves }: ActionStep): 'open' | string[] {
  if (!canary) return [];
  const { intents } = memory.step(id);
  // Sent for, and without an outcome yet: not reached so far, and tried again.
  const stateOf = (target: string) =>
    memory.outcomeOf(id, target)?.state ?? (intents.has(target) ? 'unreachable' : undefined);
  for (let from = 0; from < targets.length; from += waves[0]!) {
    const states = targets.slice(from, from + waves[0]!).map(stateOf);
    if (states.some((state) => state === undefined || state === 'not-attempted')) return 'open';
    const told = states.flatMap((state) => (state && state !== 'unreachable' ? [state] : []));
    if (told.length > 0) return told;
  }
  return [];
}
