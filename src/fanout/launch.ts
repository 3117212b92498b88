import type { Outcome, Transport } from '../transport/types.ts';
import type { Place } from './ahead.ts';
import { runBatch } from './batch.ts';
import { type Attempt, didNothing, type Flight, leftOf } from './flight.ts';
import type { Idle, Permits } from './permits.ts';
import type { Via } from './types.ts';

interface Launch {
  transport: Transport;
  via: Via;
  permits: Permits;
  attempts: Attempt[];
  /** Permits taken for it. */
  taken: number;
  /** It logs in ahead of its turn, without a permit. */
  place?: Place | undefined;
}

/**
 * Runs one batch under its permits. A target that waits for a silent peer idles until its command may leave; one that logs
 * in ahead of its turn takes its permit only then.
 */
export async function launch(
  { transport, via, permits, attempts, taken, place }: Launch,
  { spec, deps, ledger }: Flight,
  settle: (entry: Attempt, outcome: Outcome) => void,
): Promise<void> {
  const batch = attempts.map((entry) => entry.target);
  const entries = new Map(attempts.map((entry) => [entry.target.name, entry]));
  let held = taken;
  let open = batch.length;
  let idle: Idle | undefined;
  let hadTurn = false;
  // One that is ahead and has no turn any more need not log in to the end.
  const abandon = new AbortController();
  const onStopped = () => {
    if (place && !hadTurn) abandon.abort();
  };
  const onStopWaiting = () => abandon.abort();
  try {
    try {
      await deps.beforeLaunch?.(batch, via);
    } catch {
      ledger.stop('journal');
      return;
    }
    if (ledger.closed) return;
    for (const entry of attempts) entry.since ??= performance.now();
    const onEvent = (event: { target: string; phase: string }) => {
      if (event.phase === 'launched') deps.onEvent?.({ kind: 'launched', target: event.target, via });
      // A silent target that shares its batch with others must not make room for more.
      if (event.phase === 'waiting' && batch.length === 1) {
        if (place) place.silent();
        else idle ??= permits.idle();
      }
      if (event.phase === 'crowded') place?.crowded();
    };
    const turn = async () => {
      await idle?.wake();
      if (place && !hadTurn) {
        const late = await permits.take(1);
        if (open === 0) permits.give(late);
        else held = late;
        hadTurn = !ledger.closed;
        place.reached();
      }
      // Its outcome was told already, as for one that is overdue: it may have been given to another transport since.
      if (open === 0 || ledger.closed) return false;
      deps.leaving?.();
      return true;
    };
    const wholeMs = Math.min(...attempts.map((entry) => leftOf(entry, spec)));
    if (place) {
      ledger.stopped.addEventListener('abort', onStopped, { once: true });
      deps.stopWaiting.addEventListener('abort', onStopWaiting, { once: true });
      if (deps.stopWaiting.aborted) onStopWaiting();
    }
    const stopWaiting = place ? abandon.signal : deps.stopWaiting;
    const signal = spec.anyOf ? AbortSignal.any([stopWaiting, ledger.enough]) : stopWaiting;
    const last = attempts.every(({ target, index }) => index + 1 >= deps.transportsTo(target).length);
    const options = {
      signal,
      stopped: ledger.stopped,
      turn,
      onEvent,
      ...(last ? { last } : {}),
      ...(Number.isFinite(wholeMs) ? { wholeMs } : {}),
    };
    for await (const outcome of runBatch(transport, batch, spec, options)) {
      idle?.end();
      open--;
      // Where its turn had not come, what it met on the way there counts for nothing any more.
      if (!(place && !hadTurn && ledger.closed && didNothing(outcome)))
        settle(entries.get(outcome.target)!, outcome);
      // A batch larger than the parallelism holds all permits until fewer targets than that are left.
      const free = held - Math.min(open, held);
      held -= free;
      permits.give(free);
    }
  } finally {
    ledger.stopped.removeEventListener('abort', onStopped);
    deps.stopWaiting.removeEventListener('abort', onStopWaiting);
    idle?.end();
    place?.give();
    permits.give(held);
  }
}
