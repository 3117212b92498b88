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
  if (spec.repeatable) return state === 'unknown' && /^(answer-lost|not-accepted)$/.test(reason?.code ?? '');
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

  /** A node whose receipt is slow to read holds up no other one. */
  async #settle(lost: Lost[], flight: Flight): Promise<void> {
    const { spec, ledger } = flight;
    const open = new Map(lost.map((one) => [one.outcome.target, one]));
    const launched: Promise<void>[] = [];
    let again: Attempt[] = [];
    const launchAgain = () => {
      if (again.length > 0) launched.push(this.#launch(again, flight));
      again = [];
    };
    const end = ({ entry, outcome, permits, idle }: Lost, found?: Found) => {
      open.delete(outcome.target);
      const next =
        found && 'absentBy' in found ? this.#next(entry, outcome, found.absentBy, flight) : undefined;
      idle.end();
      permits.give(1);
      if (!next) {
        const known = found && 'outcome' in found ? found.outcome : outcome;
        return ledger.record(summed(entry, known, spec));
      }
      // Those that are told of at about the same time share a call.
      if (again.push(next) === 1) launched.push(sleep(GATHER_MS).then(launchAgain));
    };
    await readReceipts(lost, flight, (target, found) => {
      const one = open.get(target);
      if (one) end(one, found);
    });
    launchAgain();
    for (const one of open.values()) end(one);
    // More may be launched while it is awaited.
    for (const launch of launched) await launch;
  }

  #next(entry: Attempt, outcome: Outcome, via: Via, { spec, deps, ledger }: Flight): Attempt | undefined {
    const { resent = 0 } = entry;
    const index = deps.transportsTo(entry.target).indexOf(via);
    if (index < 0 || resent >= MOST_RESENT || ledger.closed || leftOf(entry, spec) <= 0) return undefined;
    const latest = latestLost(entry, outcome);
    return { ...entry, index, first: index, tried: [], lost: latest, last: latest, resent: resent + 1 };
  }
}

async function readReceipts(
  lost: Lost[],
  { spec, deps }: Flight,
  tell: (target: string, found: Found) => void,
): Promise<void> {
  if (!deps.settleLost) {
    await sleep(PASSING_MS, undefined, { signal: deps.stop }).catch(() => {});
    for (const { outcome } of lost) tell(outcome.target, { absentBy: outcome.via! });
    return;
  }
  const left = Math.min(...lost.map(({ entry }) => leftOf(entry, spec)));
  const asked = lost.map(({ entry, outcome }) => latestLost(entry, outcome));
  // A receipt that cannot be asked for proves nothing; what stopped it shows at the next launch.
  await deps.settleLost(asked, left, tell).catch(() => {});
}
