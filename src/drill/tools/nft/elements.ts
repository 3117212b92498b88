import { NftError } from './error.ts';
import { compareIntervals, contains, type Interval, merge, subtract } from './interval.ts';
import type { NamedSet } from './model.ts';
import { elementOf, type RawElement } from './parse-values.ts';

/** Adds elements, each by the rules of its set: ranges only where it is for intervals, overlaps only where they merge. */
export function addElements(set: NamedSet, raws: RawElement[], now: number): void {
  const interval = set.flags.includes('interval');
  let elements = set.elements.filter((element) => (element.expiresAt ?? Number.POSITIVE_INFINITY) > now);
  for (const raw of raws) {
    const element = elementOf(raw, set.type);
    if (element.lo !== element.hi && !interval) {
      throw new NftError(
        "You must add 'flags interval' to your set declaration if you want to add prefix elements",
        raw.token.place,
      );
    }
    const timeoutMs = element.timeoutMs ?? set.timeoutMs;
    if (timeoutMs !== undefined) element.expiresAt = now + timeoutMs;
    const same = elements.some((other) => other.lo === element.lo && other.hi === element.hi);
    if (same) continue;
    if (!set.autoMerge && elements.some((other) => overlap(other, element))) {
      throw new NftError('interval overlaps with an existing one', raw.token.place);
    }
    elements.push(element);
  }
  elements = set.autoMerge ? merge(elements) : elements;
  set.elements = elements.sort(compareIntervals);
}

export function removeElements(set: NamedSet, raws: RawElement[]): void {
  for (const raw of raws) {
    const gone = elementOf(raw, set.type);
    const whole = set.elements.some((element) => element.lo === gone.lo && element.hi === gone.hi);
    const within =
      set.autoMerge && contains(set.elements, gone.lo) && subtract([gone], around(set, gone)).length === 0;
    if (!whole && !within) {
      throw new NftError('Could not process rule: No such file or directory', raw.token.place);
    }
    set.elements = subtract(set.elements, gone);
  }
}

function around(set: NamedSet, one: Interval): Interval {
  return set.elements.find((element) => element.lo <= one.lo && one.lo <= element.hi) ?? one;
}

function overlap(a: Interval, b: Interval): boolean {
  return a.lo <= b.hi && b.lo <= a.hi;
}
