/** The most requests a second of all kubelets of a lab together, so that a laptop can run it. */
const MOST_RATE = 96;

/** The interval between two requests of a client: the usual one, or a longer one if there are many clients. */
export function paceOf(workers: number, usualMs: number): number {
  return Math.max(usualMs, (workers * 1000) / MOST_RATE);
}
