import { setMaxListeners } from 'node:events';
import type { Flight } from './flight.ts';
import { Ledger } from './ledger.ts';
import { LostTargets } from './lost.ts';
import { Permits } from './permits.ts';
import { targetsPerCall, tryTransports } from './try-transports.ts';
import type { FanoutDeps, FanoutSpec, Verdict } from './types.ts';

/**
 * Runs a script on many targets: waves in order, a parallelism within a wave, one failure budget over all of it.
 * Ends with exactly one outcome for each target. Nothing is launched after the budget is exceeded, after `deps.stop`,
 * or after the journal failed. A target that its first transport finds `unreachable` is tried by its next one. One that
 * no transport reached is tried again later, while the next waves go on: until then it counts against the budget as
 * what is in flight does.
 */
export async function fanout(spec: FanoutSpec, deps: FanoutDeps): Promise<Verdict> {
  // Every target in flight listens to both.
  setMaxListeners(0, deps.stop, deps.stopWaiting);
  const emit = deps.onEvent ?? (() => {});
  const ledger = new Ledger(spec, emit);
  setMaxListeners(0, ledger.stopped, ledger.enough);
  const onStop = () => ledger.stop('interrupt');
  if (deps.stop.aborted) onStop();
  deps.stop.addEventListener('abort', onStop, { once: true });
  const lost = new LostTargets(tryTransports);
  const permits = permitsOf(spec, () => ledger.spare);
  const ahead = new Map();
  const flight: Flight = { spec, deps, ledger, permits, places: new Map(), ahead, later: new Set(), lost };
  try {
    let first = 0;
    // Waves that were put in between.
    let more = 0;
    const run = async (index: number, most: number) => {
      const wave = spec.targets.slice(first, first + most);
      const of = spec.waves.length + more;
      emit({ kind: 'wave', wave: index + 1, of, size: wave.length });
      await tryTransports(
        wave.map((target) => ({ target, index: 0, first: 0, tries: 1, tried: [] })),
        flight,
      );
      first += wave.length;
    };
    const over = () => ledger.closed || first >= spec.targets.length;
    for (const [index, size] of spec.waves.entries()) {
      if (over() || size === 0) continue;
      const between = async () =>
        first > 0 && deps.betweenWaves ? await deps.betweenWaves(index, ledger.counts) : true;
      let proceed = await between();
      while (typeof proceed === 'number' && !over()) {
        more++;
        await run(index + more - 1, proceed);
        proceed = await between();
      }
      if (proceed === false || proceed === 'canary') ledger.stop(proceed || 'gate');
      // Stopped during the wait: a wave that does not run is not announced.
      if (over()) break;
      await run(index + more, size);
    }
    while (flight.later.size > 0) await Promise.all(flight.later);
    return ledger.close();
  } finally {
    deps.stop.removeEventListener('abort', onStop);
  }
}

/** A service that takes many targets by one call is given as many calls at a time as others are given targets. */
function permitsOf({ anyOf, parallel }: FanoutSpec, spare: () => number): Flight['permits'] {
  const byCall = new Map<number, Permits>();
  return (via) => {
    const perCall = anyOf ? 1 : targetsPerCall(via);
    const known = byCall.get(perCall) ?? new Permits(anyOf ? 1 : parallel * perCall, spare);
    byCall.set(perCall, known);
    return known;
  };
}
