import { OUTCOME_STATES, type Outcome } from '../transport/types.ts';
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

/**
 * Whether an outcome counts against the failure budget: unreachable and unknown count as much as failed, and so does a
 * target whose turn was throttled away.
 */
export function isFailure({ state, reason }: Outcome): boolean {
  return state === 'not-attempted' ? reason?.code === 'throttled' : state !== 'ok';
}

export function failuresIn(outcomes: Outcome[]): number {
  return outcomes.filter(isFailure).length;
}

export function failuresOf(counts: Counts): number {
  return counts.failed + counts.unreachable + counts['timed-out'] + counts.unknown;
}

/** All that are not ok. */
export function missingOf(counts: Counts): number {
  return failuresOf(counts) + counts['not-attempted'];
}
