/** Every value of a rule or a set is a range of numbers; a single one is its own bounds. */
export interface Interval {
  lo: bigint;
  hi: bigint;
}

export function compareIntervals(a: Interval, b: Interval): number {
  return a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : a.hi < b.hi ? -1 : a.hi > b.hi ? 1 : 0;
}

/** Sorts intervals and merges those that touch or overlap. */
export function merge(intervals: Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const one of [...intervals].sort(compareIntervals)) {
    const last = merged.at(-1);
    if (last && one.lo <= last.hi + 1n) {
      if (one.hi > last.hi) merged[merged.length - 1] = { ...last, hi: one.hi };
    } else merged.push(one);
  }
  return merged;
}

/** What is left of `from` without `hole`. */
export function subtract(from: Interval[], hole: Interval): Interval[] {
  return from.flatMap((one) => {
    if (one.hi < hole.lo || one.lo > hole.hi) return [one];
    const left: Interval[] = [];
    if (one.lo < hole.lo) left.push({ ...one, hi: hole.lo - 1n });
    if (one.hi > hole.hi) left.push({ ...one, lo: hole.hi + 1n });
    return left;
  });
}

/** Binary search; the intervals are sorted and do not overlap. */
export function contains(intervals: readonly Interval[], value: bigint): boolean {
  return find(intervals, value) !== undefined;
}

export function find<T extends Interval>(intervals: readonly T[], value: bigint): T | undefined {
  let low = 0;
  let high = intervals.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = intervals[middle]!;
    if (value < one.lo) high = middle - 1;
    else if (value > one.hi) low = middle + 1;
    else return one;
  }
  return undefined;
}
