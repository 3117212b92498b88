import { setTimeout as sleep } from 'node:timers/promises';

/** Further tries after the far end hung up before the login. */
export const RETRIES = 4;

/** Waits before the next try, longer each time and never in step with others. Rejects with the signal's reason. */
export async function backOff(attempt: number, stop: AbortSignal): Promise<void> {
  await sleep((0.5 + Math.random()) * 100 * 2 ** attempt, undefined, { signal: stop }).catch(() => {
    throw stop.reason;
  });
}
