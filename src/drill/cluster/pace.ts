/** All kubelets of a lab together make at most so many requests a second: a laptop carries it. */
const MOST_RATE = 96;

/** How often each of so many clients may ask: as often as it would, or more rarely where there are many. */
export function paceOf(workers: number, usualMs: number): number {
  return Math.max(usualMs, (workers * 1000) / MOST_RATE);
}
