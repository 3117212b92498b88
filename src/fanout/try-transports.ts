import { setTimeout as sleep } from 'node:timers/promises';
import { TRANSPORTS } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import type { Outcome, Transport } from '../transport/types.ts';
import { mayPass, pauseBefore } from './again.ts';
import { Ahead } from './ahead.ts';
import { type Attempt, type Flight, leftOf, spentOn, summed } from './flight.ts';
import { launch } from './launch.ts';
import { isLost } from './lost.ts';
import { noTransportLeft, notOpened } from './no-transport.ts';
import { Permits } from './permits.ts';
import type { Via } from './types.ts';
import { BY_BASTION, DIRECT } from './window.ts';

/** Targets for a transport that takes many by one call are gathered this long, or until a call is full. */
const GATHER_MS = 2_000;

export const targetsPerCall = (via: Via): number => (via === 'cloud' ? 1 : TRANSPORTS[via].perCall);

/** Tries each target by its next transport. One that is unreachable goes on at once, even while others still hang. */
export async function tryTransports(round: Attempt[], flight: Flight, held?: Held): Promise<void> {
  const { spec, deps, ledger } = flight;
  const gathered: Attempt[] = [];
  const goingOn: Promise<void>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const goOn = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length > 0) goingOn.push(tryTransports(gathered.splice(0), flight));
  };
  const settle = (entry: Attempt, outcome: Outcome) => {
    const next = deps.transportsTo(entry.target)[entry.index + 1];
    const tried = [...entry.tried, outcome];
    // It had no turn any more; the ledger knows why.
    if (outcome.state === 'not-attempted' && ledger.closed) return;
    const repeatable = spec.repeatable && outcome.state === 'unknown';
    if (isLost(entry, outcome, flight) && !(repeatable && next !== undefined)) {
      goingOn.push(flight.lost.add(entry, outcome, flight));
      return;
    }
    const goesOn = outcome.state === 'unreachable' || repeatable;
    if (!goesOn || deps.stop.aborted || leftOf(entry, spec) <= 0)
      return ledger.record(summed(entry, outcome, spec));
    if (next === undefined) {
      if (!tryLater({ ...entry, tried }, flight)) ledger.record(summed(entry, outcome, spec));
      return;
    }
    gathered.push({ ...entry, index: entry.index + 1, tried, last: outcome });
    if (spec.anyOf) return;
    if (gathered.length >= targetsPerCall(next)) goOn();
    else timer ??= setTimeout(goOn, GATHER_MS);
  };
  const byTransport = ledger.closed
    ? new Map<Via | undefined, Attempt[]>()
    : groupBy(round, (r) => deps.transportsTo(r.target)[r.index]);
  const batches: Promise<void>[] = [];
  const runBy = async (via: Via | undefined, group: Attempt[]) => {
    if (via === undefined) {
      for (const entry of group)
        settle(entry, noTransportLeft(entry.target, deps.whyNoTransport?.(entry.target)));
      return;
    }
    let transport: Transport;
    try {
      transport = await deps.transport(via);
    } catch (error) {
      for (const entry of group) settle(entry, notOpened(entry.target, via, error));
      return;
    }
    const entries = new Map(group.map((r) => [r.target.name, r]));
    const permits = flight.permits(via);
    const places = flight.places.get(via) ?? new Permits(transport.places ?? Number.POSITIVE_INFINITY);
    flight.places.set(via, places);
    const run = async (targets: Target[], route?: Ahead) => {
      const most = spec.anyOf ? 1 : spec.parallel * targetsPerCall(via);
      for (const batch of transport.batches(targets, spec.script, most)) {
        const again = held?.take() ?? 0;
        const ahead = again > 0 ? undefined : await route?.take();
        const taken = ahead ? 0 : again || (await permits.take(batch.length));
        const place = await places.take(batch.length);
        if (ledger.closed) {
          ahead?.give();
          permits.give(taken);
          places.give(place);
          break;
        }
        const attempts = batch.map((t) => entries.get(t.name)!);
        const launched = launch({ transport, via, permits, attempts, taken, place: ahead }, flight, settle);
        batches.push(launched.finally(() => places.give(place)));
      }
    };
    const all = group.map((r) => r.target);
    if (!spec.adaptive || spec.anyOf || !transport.lagMs) return run(all);
    // A bastion that has no room holds up only what goes through it.
    const routes = groupBy(all, ({ ssh }) => ssh.jump?.name);
    await Promise.all(
      [...routes].map(([bastion, targets]) => run(targets, routeOf(via, bastion, transport, flight))),
    );
  };
  // One service that paces its calls must not hold up the nodes of another transport.
  await Promise.all([...byTransport].map(([via, group]) => runBy(via, group)));
  held?.give();
  await Promise.all(batches);
  goOn();
  await Promise.all(goingOn);
  // What was still to come is not launched any more: what is known stands.
  for (const entry of round) if (entry.last && ledger.closed) ledger.record(entry.last);
}

/** False where another try does not help, or would come too late. Until then the target keeps its permit, and idles. */
function tryLater(entry: Attempt, flight: Flight): boolean {
  const { spec, deps, ledger } = flight;
  const { again } = spec;
  if (!again || ledger.closed) return false;
  const passing = entry.tried.findIndex((outcome) => mayPass(outcome, again.dead));
  if (passing < 0) return false;
  const pauseMs = pauseBefore(entry.tries, again);
  if (pauseMs >= Math.min(leftOf(entry, spec), again.forMs - spentOn(entry))) return false;
  const last = summed(entry, entry.tried.at(-1)!, spec);
  deps.onEvent?.({ kind: 'again', outcome: last, tries: entry.tries, pauseMs });
  const index = entry.first + passing;
  const permits = flight.permits(deps.transportsTo(entry.target)[index]!);
  const idle = permits.hold();
  const task = (async () => {
    await sleep(pauseMs, undefined, { signal: ledger.stopped }).catch(() => {});
    await idle.wake();
    const next = { ...entry, index, first: index, tried: [], tries: entry.tries + 1, last };
    await tryTransports([next], flight, heldPermit(permits));
  })();
  const done = task.finally(() => flight.later.delete(done));
  flight.later.add(done);
  return true;
}

function routeOf(via: Via, bastion: string | undefined, transport: Transport, { ahead }: Flight): Ahead {
  const route = `${via} ${bastion ?? ''}`;
  const bounds = bastion === undefined ? DIRECT : BY_BASTION;
  const known = ahead.get(route) ?? new Ahead(() => transport.lagMs?.() ?? 0, bounds);
  ahead.set(route, known);
  return known;
}

/** One permit that was taken before; what does not take it gives it back. */
interface Held {
  take(): number;
  give(): void;
}

function heldPermit(permits: Permits): Held {
  let left = 1;
  const take = () => (left-- > 0 ? 1 : 0);
  return { take, give: () => permits.give(take()) };
}

function groupBy<T, K>(items: T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const k = key(item);
    const group = groups.get(k);
    if (group) group.push(item);
    else groups.set(k, [item]);
  }
  return groups;
}
