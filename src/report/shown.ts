import type { Lane } from './lanes.ts';

/** Lines of a story that a report shows: its beginning and its end. */
const FIRST = 400;
const LAST = 200;

export function shownEntries<T>(entries: readonly T[]): { entries: T[]; leftOut: number } {
  const leftOut = Math.max(0, entries.length - FIRST - LAST);
  if (leftOut === 0) return { entries: [...entries], leftOut };
  return { entries: [...entries.slice(0, FIRST), ...entries.slice(-LAST)], leftOut };
}

/** When a step began first, and how long it took over all its stretches that ended. */
export function stretchOf(lanes: readonly Lane[], step: string): { from?: number; ms?: number } {
  const all = lanes.flatMap(({ stretches }) =>
    stretches.filter((one) => one.step === step && one.kind !== 'undo'),
  );
  const ended = all.flatMap(({ from, to }) => (to === undefined ? [] : [Math.max(0, to - from)]));
  return {
    ...(all[0] && { from: all[0].from }),
    ...(ended.length > 0 && { ms: ended.reduce((a, b) => a + b, 0) }),
  };
}
