import type { Target } from '../kit/types.ts';
import type { Outcome } from '../transport/types.ts';
import { withTries } from './again.ts';
import type { Via } from './batch.ts';
import type { Ledger } from './ledger.ts';
import type { Permits } from './permits.ts';
import type { FanoutDeps, FanoutSpec } from './types.ts';
import { withHistory } from './ways.ts';

/** What all targets of a fan-out share. */
export interface Flight {
  spec: FanoutSpec;
  deps: FanoutDeps;
  ledger: Ledger;
  permits: Permits;
  /** What each way has room for. */
  places: Map<Via, Permits>;
  /** Targets that are tried again later. */
  later: Set<Promise<void>>;
}

export interface Attempt {
  target: Target;
  way: number;
  /** The way that this try began with. */
  first: number;
  /** What the ways before this one said in this try. */
  tried: Outcome[];
  /** This is the so-many-th try. */
  tries: number;
  /** When the first one began. */
  since?: number;
  /** What stands if nothing more is launched. */
  last?: Outcome;
}

/** Milliseconds since its first try began. */
export const spentOn = ({ since }: Attempt) => (since === undefined ? 0 : performance.now() - since);

/** Milliseconds that are left of the person's deadline. */
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
