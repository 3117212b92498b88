import type { Outcome, Transport } from '../transport/types.ts';
import { runBatch } from './batch.ts';
import { type Attempt, type Flight, leftOf } from './flight.ts';
import type { Idle, Permits } from './permits.ts';
import type { Via } from './types.ts';

interface Launch {
  transport: Transport;
  via: Via;
  permits: Permits;
  attempts: Attempt[];
  /** Permits taken for it. */
  taken: number;
}

/** Runs one batch under its permits. A target that waits for a silent peer idles until its command may leave. */
export async function launch(
  { transport, via, permits, attempts, taken }: Launch,
  { spec, deps, ledger }: Flight,
  settle: (entry: Attempt, outcome: Outcome) => void,
): Promise<void> {
  const batch = attempts.map((entry) => entry.target);
  const entries = new Map(attempts.map((entry) => [entry.target.name, entry]));
  let held = taken;
  let open = batch.length;
  let idle: Idle | undefined;
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
      if (event.phase === 'waiting' && batch.length === 1) idle ??= permits.idle();
    };
    const turn = async () => {
      await idle?.wake();
      deps.leaving?.();
      return !ledger.closed;
    };
    const wholeMs = Math.min(...attempts.map((entry) => leftOf(entry, spec)));
    const signal = spec.anyOf ? AbortSignal.any([deps.stopWaiting, ledger.enough]) : deps.stopWaiting;
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
      settle(entries.get(outcome.target)!, outcome);
      open--;
      // A batch larger than the parallelism holds all permits until fewer targets than that are left.
      const free = held - Math.min(open, held);
      held -= free;
      permits.give(free);
    }
  } finally {
    idle?.end();
    permits.give(held);
  }
}
