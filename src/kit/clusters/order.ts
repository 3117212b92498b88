import type { ClusterEntry } from './types.ts';

const LAST = Number.POSITIVE_INFINITY;

/** By the kit's `order`, lower first; clusters without it come last, and otherwise nothing moves. */
export function inOrder<E extends ClusterEntry>(entries: readonly E[]): E[] {
  return [...entries].sort((a, b) => compare(a.order ?? LAST, b.order ?? LAST));
}

/** By the kit's `size`, larger first; clusters without it come last, and otherwise nothing moves. */
export function largestFirst<E extends ClusterEntry>(entries: readonly E[]): E[] {
  return [...entries].sort((a, b) => compare(b.size ?? -LAST, a.size ?? -LAST));
}

/** A difference of two infinities would be no number. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
