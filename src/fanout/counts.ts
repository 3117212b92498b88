import { OUTCOME_STATES, type Outcome, type OutcomeState } from '../transport/types.ts';
import type { Counts } from './types.ts';

export function noCounts(): Counts {
  return Object.fromEntries(OUTCOME_STATES.map((state) => [state, 0])) as Counts;
}

/** Totals by state; they add up to the number of outcomes. */
export function countOutcomes(outcomes: Iterable<Outcome>): Counts {
  const counts = noCounts();
  for (const outcome of outcomes) counts[outcome.state]++;
  return counts;
}

export function addCounts(a: Counts, b: Counts): Counts {
  return Object.fromEntries(OUTCOME_STATES.map((state) => [state, a[state] + b[state]])) as Counts;
}

/** Whether a state counts against the failure budget: unreachable and unknown count as much as failed. */
export function isFailure(state: OutcomeState): boolean {
  return state !== 'ok' && state !== 'not-attempted';
}

export function failuresOf(counts: Counts): number {
  return counts.failed + counts.unreachable + counts['timed-out'] + counts.unknown;
}
