import { setMaxListeners } from 'node:events';
import type { Target } from '../kit/types.ts';
import type { Outcome, Transport } from '../transport/types.ts';
import { runBatch, type Via } from './batch.ts';
import { Ledger } from './ledger.ts';
import { Permits } from './permits.ts';
import type { FanoutDeps, FanoutSpec, Verdict } from './types.ts';
import { GATHER_MS, GROUP, gathers, noTransport, noWay, withHistory } from './ways.ts';

/**
 * Runs a script on many targets: waves in order, a window within a wave, one error budget over all of it.
 * Ends with exactly one outcome a target; nothing is launched after the budget is exceeded, after `deps.stop`,
 * or after the journal failed. A target whose first way is `unreachable` is tried by its next way.
 */
export async function fanout(spec: FanoutSpec, deps: FanoutDeps): Promise<Verdict> {
  // Every target in flight listens to both.
  setMaxListeners(0, deps.stop, deps.letGo);
  const emit = deps.onEvent ?? (() => {});
  const ledger = new Ledger(spec, emit);
  const onStop = () => ledger.stop('interrupt');
  if (deps.stop.aborted) onStop();
  deps.stop.addEventListener('abort', onStop, { once: true });
  const permits = new Permits(spec.anyOf ? 1 : spec.window);
  try {
    let first = 0;
    // Waves that were put in between.
    let more = 0;
    const run = async (index: number, most: number) => {
      const wave = spec.targets.slice(first, first + most);
      const of = spec.waves.length + more;
      emit({ kind: 'wave', wave: index + 1, of, size: wave.length });
      const round = wave.map((target) => ({ target, way: 0, tried: [] }));
      await tryWays(round, { spec, deps, ledger, permits, places: new Map() });
      first += wave.length;
    };
    const over = () => ledger.closed || first >= spec.targets.length;
    for (const [index, size] of spec.waves.entries()) {
      if (over() || size === 0) continue;
      const between = async () =>
        first > 0 && deps.betweenWaves ? await deps.betweenWaves(index, ledger.counts) : true;
      let go = await between();
      while (typeof go === 'number' && !over()) {
        more++;
        await run(index + more - 1, go);
        go = await between();
      }
      if (go === false || go === 'canary') ledger.stop(go || 'gate');
      // Stopped while it was waited for: no news of a wave that will not be.
      if (over()) break;
      await run(index + more, size);
    }
    return ledger.close();
  } finally {
    deps.stop.removeEventListener('abort', onStop);
  }
}

interface Wave {
  spec: FanoutSpec;
  deps: FanoutDeps;
  ledger: Ledger;
  permits: Permits;
  /** What each way has room for, over all of the wave. */
  places: Map<Via, Permits>;
}

interface Attempt {
  target: Target;
  way: number;
  /** What the ways before this one said. */
  tried: Outcome[];
}

/** Each target by its next way; whoever could not be reached goes on at once, whoever else still hangs. */
async function tryWays(round: Attempt[], wave: Wave): Promise<void> {
  const { spec, deps, ledger, permits } = wave;
  const gathered: Attempt[] = [];
  const onTheirOwn: Promise<void>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const goOn = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length > 0) onTheirOwn.push(tryWays(gathered.splice(0), wave));
  };
  const byWay = ledger.closed ? new Map() : groupBy(round, (r) => deps.waysTo(r.target)[r.way]);
  const batches: Promise<void>[] = [];
  for (const [via, group] of byWay as Map<Via | undefined, Attempt[]>) {
    const entries = new Map(group.map((r) => [r.target.name, r]));
    const settle = (outcome: Outcome) => {
      const entry = entries.get(outcome.target)!;
      const next = deps.waysTo(entry.target)[entry.way + 1];
      if (outcome.state !== 'unreachable' || next === undefined || deps.stop.aborted)
        return ledger.record(withHistory(outcome, entry.tried));
      const again = { target: entry.target, way: entry.way + 1, tried: [...entry.tried, outcome] };
      gathered.push(again);
      if (spec.anyOf) return;
      if (!gathers(next) || gathered.length >= GROUP) goOn();
      else timer ??= setTimeout(goOn, GATHER_MS);
    };
    if (via === undefined) {
      for (const { target } of group) settle(noWay(target, deps.whyNoWay?.(target)));
      continue;
    }
    let transport: Transport;
    try {
      transport = await deps.transport(via);
    } catch (error) {
      for (const { target } of group) settle(noTransport(target, via, error));
      continue;
    }
    const places = wave.places.get(via) ?? new Permits(transport.places ?? Number.POSITIVE_INFINITY);
    wave.places.set(via, places);
    for (const batch of transport.batches(
      group.map((r) => r.target),
      spec.script,
    )) {
      const taken = await permits.take(batch.length);
      const place = await places.take(batch.length);
      if (ledger.closed) {
        permits.give(taken);
        places.give(place);
        break;
      }
      const launched = launch(transport, via, batch, taken, spec, deps, ledger, permits, settle);
      batches.push(launched.finally(() => places.give(place)));
    }
  }
  await Promise.all(batches);
  goOn();
  await Promise.all(onTheirOwn);
  // The way that was left is closed now: what the one before said stands.
  for (const { tried } of round) if (tried.length > 0 && ledger.closed) ledger.record(tried.at(-1)!);
}

async function launch(
  transport: Transport,
  via: Via,
  batch: Target[],
  taken: number,
  spec: FanoutSpec,
  deps: FanoutDeps,
  ledger: Ledger,
  permits: Permits,
  settle: (outcome: Outcome) => void,
): Promise<void> {
  let held = taken;
  let open = batch.length;
  try {
    try {
      await deps.beforeLaunch?.(batch, via);
    } catch {
      ledger.stop('journal');
      return;
    }
    if (ledger.closed) return;
    const onEvent = (event: { target: string; phase: string }) => {
      if (event.phase === 'launched') deps.onEvent?.({ kind: 'launched', target: event.target, via });
    };
    for await (const outcome of runBatch(transport, batch, spec, { signal: deps.letGo, onEvent })) {
      settle(outcome);
      open--;
      // A batch larger than the window holds all permits until fewer targets than that are left.
      const free = held - Math.min(open, held);
      held -= free;
      permits.give(free);
    }
  } finally {
    permits.give(held);
  }
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
