import type { Clock } from './clock.ts';
import type { Pace } from './pace.ts';

export interface SendTimes {
  /** From then on another transport is sooner than one that AWS throttles (ms of `now`). */
  until: number;
  /** The operator's deadline (ms of `now`): nothing is waited for any longer. */
  deadline: number;
  /** Aborted: stop waiting at once. */
  signal: AbortSignal;
  /** Aborted: nothing more may be sent. */
  stopped: AbortSignal;
}

export interface SendLimits {
  /** Aborted when it may not leave any more. */
  leave: AbortSignal;
  /** Aborted when an answer is not waited for any more. */
  answer: AbortSignal;
  end(): void;
}

/** Between two looks whether calls are throttled by now. */
const LOOK_MS = 1_000;

/** How long a command may wait for its turn, and then for its answer. */
export function limitsOf(times: SendTimes, { now, sleep, pace }: Clock & { pace: Pace }): SendLimits {
  const { until, deadline, signal, stopped } = times;
  const late = new AbortController();
  const over = new AbortController();
  const ended = new AbortController();

  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      const at = now();
      // Its own pace alone does not make another transport sooner.
      if (at >= deadline || (at >= until && pace.slowed('send'))) late.abort();
      if (at >= deadline) return over.abort();
      const next = late.signal.aborted ? deadline : Math.min(deadline, Math.max(until, at + LOOK_MS));
      if (next === Number.POSITIVE_INFINITY) return;
      await sleep(Math.max(1, next - at), ended.signal);
    }
  }
  void watch();
  return {
    leave: AbortSignal.any([signal, stopped, late.signal]),
    answer: AbortSignal.any([signal, over.signal]),
    end: () => ended.abort(),
  };
}

/** What a call answers while somebody waits for it, whether the call heeds its signal or not. */
export async function answered<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  let onAbort = () => {};
  const gone = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(Object.assign(new Error('it was not waited for any longer'), { name: 'AbortError' }));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([gone, call()]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
