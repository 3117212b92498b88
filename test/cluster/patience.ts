/** Asks again and again, until it holds; fails with what was expected, and what was seen last. */
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
