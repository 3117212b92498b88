import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import type { RunEnv } from '../run/types.ts';
import { aborted, flushed } from './io.ts';
import type { CliIo } from './types.ts';

/** Milliseconds between two readings; undefined where one is wanted. */
export function watchEvery(watch: string | undefined): number | undefined {
  return watch === undefined ? undefined : parseSpan(watch, '--watch', 1_000, LONGEST_MS);
}

/** Reads once, and under `--watch` again and again until Ctrl-C; the last reading. */
export async function watching<T>(
  everyMs: number | undefined,
  env: Pick<RunEnv, 'sleep'>,
  io: CliIo,
  read: () => Promise<T>,
): Promise<T> {
  let last = await read();
  while (everyMs !== undefined) {
    await env.sleep(everyMs, io.stop);
    // Waits for a slow reader, so that readings do not pile up.
    if (!io.stop.aborted) await Promise.race([flushed(io.stdout), aborted(io.stop)]);
    if (io.stop.aborted) break;
    last = await read();
  }
  return last;
}
