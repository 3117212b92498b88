import { setTimeout as delay } from 'node:timers/promises';
import type { Ec2Api } from './ec2-api.ts';
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

/**
 * EC2 with patience: calls are repeated while their errors can pass. All of them may be repeated.
 * A service that never answered is not waited for: then the region, the endpoint or the network is wrong.
 */
export function patient(api: Ec2Api, patience: Patience): Ec2Api {
  let reached = false;

  async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
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
  }

  const never = new AbortController().signal;
  const within = (signal?: AbortSignal) => signal ?? patience.signal ?? never;
  return {
    describe: (input) => patiently(() => api.describe(input), within()),
    instance: (id, signal) => patiently(() => api.instance(id, signal), within(signal)),
    type: (name, signal) => patiently(() => api.type(name, signal), within(signal)),
    stopProtected: (id, signal) => patiently(() => api.stopProtected(id, signal), within(signal)),
    notAllowed: (id, type, signal) => patiently(() => api.notAllowed(id, type, signal), within(signal)),
    stop: (id, signal, how) => patiently(() => api.stop(id, signal, how), within(signal)),
    start: (id, signal) => patiently(() => api.start(id, signal), within(signal)),
    setType: (id, type, signal) => patiently(() => api.setType(id, type, signal), within(signal)),
    close: () => api.close(),
  };
}

function textOf(error: unknown): string {
  const { name, message } = error as Error;
  return message && message !== name ? `${name}: ${message}` : name;
}
