import type { Target } from '../kit/types.ts';
import type { Outcome } from '../transport/types.ts';
import { withTries } from './again.ts';
import type { Ledger } from './ledger.ts';
import type { Permits } from './permits.ts';
import type { FanoutDeps, FanoutSpec, Via } from './types.ts';

/** What all targets of a fan-out share. */
export interface Flight {
  spec: FanoutSpec;
  deps: FanoutDeps;
  ledger: Ledger;
  permits: Permits;
  /** How many targets each transport has room for. */
  places: Map<Via, Permits>;
  /** Targets that are tried again later. */
  later: Set<Promise<void>>;
}

export interface Attempt {
  target: Target;
  /** Which of the target's transports is next, by its place in their order. */
  index: number;
  /** The one that this try began with. */
  first: number;
  /** What the transports before this one said in this try. */
  tried: Outcome[];
  /** Counts the tries; the first is 1. */
  tries: number;
  /** When the first try began. */
  since?: number;
  /** What stands if nothing more is launched. */
  last?: Outcome;
}

/** Milliseconds since its first try began. */
export const spentOn = ({ since }: Attempt) => (since === undefined ? 0 : performance.now() - since);

/** Milliseconds that are left of the operator's deadline. */
export function leftOf(entry: Attempt, { wholeMs }: FanoutSpec): number {
  return wholeMs === undefined ? Number.POSITIVE_INFINITY : wholeMs - spentOn(entry);
}

/** An outcome with what was tried before it. */
export const summed = (entry: Attempt, outcome: Outcome, { earlier }: FanoutSpec) =>
  withTries(
    withHistory(
      outcome,
      entry.tried.filter((o) => o !== outcome),
    ),
    entry.tries + (earlier?.tries ?? 0),
    spentOn(entry) + (earlier?.ms ?? 0),
  );

/** An outcome that tells what the transports before it said. */
function withHistory(outcome: Outcome, tried: Outcome[]): Outcome {
  if (tried.length === 0 || outcome.state === 'ok') return outcome;
  const history = tried.map((o) => `${o.via}: ${o.reason?.message ?? o.state}`).join('; ');
  const reason = outcome.reason ?? { code: outcome.state, message: outcome.state };
  return { ...outcome, reason: { ...reason, message: `${reason.message} (before: ${history})` } };
}
