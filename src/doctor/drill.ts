import { formatAge } from './age.ts';
import type { Judged } from './types.ts';

/** A drill that was played on this machine. */
export interface DrillRecord {
  /** ISO 8601. */
  at: string;
  scenario: string;
  recovered: boolean;
}

const DAY_MS = 86_400_000;
export const DRILL_MAX_AGE_MS = 90 * DAY_MS;

/** Who never practised finds out in the emergency. */
export function judgeDrill(last: DrillRecord | undefined, nowMs: number): Judged {
  const next = 'fireaxe drill';
  if (!last) return { state: 'red', what: 'no drill was played on this machine', next };
  const age = nowMs - Date.parse(last.at);
  const what = `the last drill (${last.scenario}) was ${formatAge(Math.max(0, age))} ago`;
  if (!(age <= DRILL_MAX_AGE_MS))
    return { state: 'red', what: `${what}; at most ${formatAge(DRILL_MAX_AGE_MS)}`, next };
  if (!last.recovered) return { state: 'amber', what: `${what}, and did not recover`, next };
  return { state: 'green', what };
}
