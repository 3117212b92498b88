import type { Target } from '../kit/types.ts';
import type { Outcome } from '../transport/types.ts';
import { withTries } from './again.ts';
import type { Ahead } from './ahead.ts';
import type { Ledger } from './ledger.ts';
import type { Permits } from './permits.ts';
import type { FanoutDeps, FanoutSpec, Via } from './types.ts';

/** What all targets of a fan-out share. */
export interface Flight {
  spec: FanoutSpec;
  deps: FanoutDeps;
  ledger: Ledger;
  /** What the parallelism allows by each transport. */
  permits(via: Via): Permits;
  /** How many targets each transport has room for. */
  places: Map<Via, Permits>;
  /** Targets in flight by each transport and route, where their number adapts. */
  ahead: Map<string, Ahead>;
  /** Targets that are tried again later. */
  later: Set<Promise<void>>;
  /** Targets whose outcome was lost. */
  lost: { add(entry: Attempt, outcome: Outcome, flight: Flight): Promise<void> };
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
  /** The latest order whose outcome was lost, before it was given again: that one may have left. */
  lost?: Outcome;
  /** How often it was given again since. */
  resent?: number;
}

/** Milliseconds since its first try began. */
export const spentOn = ({ since }: Attempt) => (since === undefined ? 0 : performance.now() - since);

/** Milliseconds that are left of the operator's deadline. */
export function leftOf(entry: Attempt, { wholeMs }: FanoutSpec): number {
  return wholeMs === undefined ? Number.POSITIVE_INFINITY : wholeMs - spentOn(entry);
}

/** An outcome with what was tried before it. Where an order before it may have left, the outcome is not that nothing did. */
export function summed(entry: Attempt, last: Outcome, { earlier }: FanoutSpec): Outcome {
  const all = [...(entry.lost ? [entry.lost] : []), ...entry.tried, last];
  const mayHaveLeft = didNothing(last) && all.find((o) => o.state === 'unknown' || o === entry.lost);
  const outcome = mayHaveLeft || last;
  const others = [...new Set(all)].filter((o) => o !== outcome && o.state !== 'ok');
  return withTries(
    withHistory(outcome, others),
    entry.tries + (earlier?.tries ?? 0),
    spentOn(entry) + (earlier?.ms ?? 0),
  );
}

/** The node or the transport says that this order did nothing; one before it may have. */
export const didNothing = ({ state, result }: Outcome) =>
  state === 'unreachable' || state === 'not-attempted' || result?.code === 'locked';

/** The latest order that may have left: a receipt that is gone says nothing of an order before it. */
export const latestLost = ({ lost }: Attempt, outcome: Outcome): Outcome =>
  lost && didNothing(outcome) ? lost : outcome;

/** An outcome that tells what the transports before it said. */
function withHistory(outcome: Outcome, tried: Outcome[]): Outcome {
  if (tried.length === 0 || outcome.state === 'ok') return outcome;
  const history = tried.map((o) => `${o.via}: ${o.reason?.message ?? o.state}`).join('; ');
  const reason = outcome.reason ?? { code: outcome.state, message: outcome.state };
  return { ...outcome, reason: { ...reason, message: `${reason.message} (before: ${history})` } };
}
