import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../transport/types.ts';
import { type Attempt, type Flight, latestLost, leftOf, summed } from './flight.ts';
import type { Idle, Permits } from './permits.ts';
import type { Found, Via } from './types.ts';

/** Lost outcomes are gathered this long, so that their receipts share a call. */
const GATHER_MS = 300;
/** The same where the operator's deadline has passed. */
const LATE_GATHER_MS = 20;
/** An order that never began is given again so often. */
const MOST_RESENT = 2;
/** Before an order that may be given twice is: what lost the answer may pass. */
const PASSING_MS = 2_000;

interface Lost {
  entry: Attempt;
  outcome: Outcome;
  permits: Permits;
  idle: Idle;
}

/**
 * Whether only the receipt can tell what the target did: an order given again may find the first one at work. An order
 * that may be given twice needs no receipt where the answer of the service was lost.
 */
export function isLost(
  { lost }: Attempt,
  { state, result, reason }: Outcome,
  { spec, deps }: Flight,
): boolean {
  if (spec.anyOf || deps.stop.aborted) return false;
  if (spec.repeatable) return state === 'unknown' && reason?.code === 'answer-lost';
  if (!deps.settleLost) return false;
  return state === 'unknown' || state === 'timed-out' || (lost !== undefined && result?.code === 'locked');
}

/**
 * Targets of a fan-out whose outcome was lost. Their receipts are read before the outcome counts; an order that never
 * began is given again by the transport that answered. Its text is the same, so that a node that gets both runs one.
 * Until then a target counts against the budget as what is in flight does.
 */
export class LostTargets {
  readonly #launch: (round: Attempt[], flight: Flight) => Promise<void>;
  #gathered: Lost[] = [];
  #round: Promise<void> | undefined;

  constructor(launch: (round: Attempt[], flight: Flight) => Promise<void>) {
    this.#launch = launch;
  }

  /** Resolves when the target has its outcome. */
  add(entry: Attempt, outcome: Outcome, flight: Flight): Promise<void> {
    const permits = flight.permits(outcome.via ?? 'cloud');
    this.#gathered.push({ entry, outcome, permits, idle: permits.hold() });
    const gatherMs = leftOf(entry, flight.spec) > GATHER_MS ? GATHER_MS : LATE_GATHER_MS;
    this.#round ??= sleep(gatherMs).then(() => {
      this.#round = undefined;
      return this.#settle(this.#gathered.splice(0), flight);
    });
    return this.#round;
  }

  async #settle(lost: Lost[], flight: Flight): Promise<void> {
    const { spec, ledger } = flight;
    const found = await foundOf(lost, flight);
    const again: Attempt[] = [];
    for (const { entry, outcome, permits, idle } of lost) {
      const proof = found.get(outcome.target);
      const next =
        proof && 'absentBy' in proof ? this.#next(entry, outcome, proof.absentBy, flight) : undefined;
      if (proof && 'outcome' in proof) ledger.record(summed(entry, proof.outcome, spec));
      else if (next) again.push(next);
      else ledger.record(summed(entry, outcome, spec));
      idle.end();
      permits.give(1);
    }
    if (again.length > 0) await this.#launch(again, flight);
  }

  #next(entry: Attempt, outcome: Outcome, via: Via, { spec, deps, ledger }: Flight): Attempt | undefined {
    const { resent = 0 } = entry;
    const index = deps.transportsTo(entry.target).indexOf(via);
    if (index < 0 || resent >= MOST_RESENT || ledger.closed || leftOf(entry, spec) <= 0) return undefined;
    const latest = latestLost(entry, outcome);
    return { ...entry, index, first: index, tried: [], lost: latest, last: latest, resent: resent + 1 };
  }
}

async function foundOf(lost: Lost[], { spec, deps }: Flight): Promise<Map<string, Found>> {
  if (!deps.settleLost) {
    await sleep(PASSING_MS, undefined, { signal: deps.stop }).catch(() => {});
    return new Map(lost.map(({ outcome }) => [outcome.target, { absentBy: outcome.via! }]));
  }
  const left = Math.min(...lost.map(({ entry }) => leftOf(entry, spec)));
  const asked = lost.map(({ entry, outcome }) => latestLost(entry, outcome));
  // A receipt that cannot be asked for proves nothing; what stopped it shows at the next launch.
  return deps.settleLost(asked, left).catch(() => new Map());
}
