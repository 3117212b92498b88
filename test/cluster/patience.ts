/** Polls until the condition holds and returns the milliseconds it took; throws with the last error after the time limit. */
export async function eventually(
  what: string,
  holds: () => Promise<boolean>,
  withinMs = 60_000,
  everyMs = 500,
): Promise<number> {
  const began = Date.now();
  let last = '';
  while (Date.now() - began < withinMs) {
    try {
      if (await holds()) return Date.now() - began;
      last = '';
    } catch (error) {
      last = `; last: ${(error as Error).message}`;
    }
    await pause(everyMs);
  }
  throw new Error(`not within ${withinMs / 1000} s: ${what}${last}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
