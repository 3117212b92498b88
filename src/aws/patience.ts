import { setTimeout as delay } from 'node:timers/promises';
import { isNotConnected, isPassing } from './passing.ts';

export interface Patience {
  /** How long one call may go on failing (ms). */
  forMs: number;
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  signal?: AbortSignal | undefined;
  /** Not waited for, although it may pass. */
  except?(error: unknown): boolean;
  /** Told once for each period of failures, when it begins. */
  onWait?(why: string): void;
}

const LONGEST_MS = 15_000;

/** Of a reading: two minutes, longer than most throttling lasts. */
export const READERS_PATIENCE: Patience = {
  forMs: 120_000,
  now: Date.now,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
};

/** Makes a call again while its errors can pass. */
export type Patiently = <T>(call: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/**
 * For calls of one client, all of which may be repeated.
 * A service that never answered is not waited for: then the region, the endpoint or the network is wrong.
 */
export function patiently(patience: Patience): Patiently {
  let reached = false;
  const never = new AbortController().signal;
  return async (call, signal = patience.signal ?? never) => {
    const since = patience.now();
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await call();
        reached = true;
        return answer;
      } catch (error) {
        if (!isNotConnected(error)) reached = true;
        if (
          patience.except?.(error) ||
          signal.aborted ||
          !reached ||
          !isPassing(error) ||
          patience.now() - since >= patience.forMs
        )
          throw error;
        if (attempt === 0) patience.onWait?.(textOf(error));
        await patience.sleep(Math.min(LONGEST_MS, 1000 * 2 ** attempt), signal);
      }
    }
  };
}

function textOf(error: unknown): string {
  const { name, message } = error as Error;
  return message && message !== name ? `${name}: ${message}` : name;
}
