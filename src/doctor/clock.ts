import { formatDuration } from '../base/duration.ts';
import type { Judged } from './types.ts';

/** How far another clock is ahead of this machine's (ms, negative behind), at least. */
export interface ClockReading {
  /** `node cp-1 of prod-1`, `AWS`. */
  of: string;
  aheadMs: number;
}

/** Orders, leases and signatures carry times: AWS refuses a signature that is five minutes off. */
const RED_MS = 120_000;
const AMBER_MS = 10_000;

/** Judges this machine's clock by the others; where most agree with it, those that do not are named. */
export function judgeClocks(readings: readonly ClockReading[]): Judged[] {
  if (readings.length === 0) return [{ state: 'amber', what: 'no other clock was read' }];
  const sorted = readings.map(({ aheadMs }) => aheadMs).sort((a, b) => a - b);
  const middle = sorted[(sorted.length - 1) >> 1]!;
  if (Math.abs(middle) > AMBER_MS) {
    const agree = readings.filter(({ aheadMs }) => Math.abs(aheadMs - middle) <= AMBER_MS);
    const how = `${formatDuration(Math.abs(middle))} ${middle > 0 ? 'behind' : 'ahead of'}`;
    const whose = agree.length === 1 ? agree[0]!.of : `${agree.length} of ${readings.length} clocks read`;
    return [
      {
        state: Math.abs(middle) > RED_MS ? 'red' : 'amber',
        what: `the clock of this machine is ${how} ${whose}`,
        next: 'date -u; sudo chronyc makestep',
      },
    ];
  }
  const wrong = readings.filter(({ aheadMs }) => Math.abs(aheadMs) > AMBER_MS);
  if (wrong.length === 0)
    return [{ state: 'green', what: `within ${formatDuration(AMBER_MS)} of ${readings.length} clocks read` }];
  return wrong.map(({ of, aheadMs }) => ({
    state: Math.abs(aheadMs) > RED_MS ? 'red' : 'amber',
    what: `the clock of ${of} is ${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's`,
    next: 'set the clock there: date -u; sudo chronyc makestep',
  }));
}

/** How far a time that was told between two moments is ahead at least; it is a whole number of seconds. */
export function aheadMs(toldMs: number, { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  if (toldMs > toMs) return toldMs - toMs;
  return toldMs + 1_000 < fromMs ? toldMs + 1_000 - fromMs : 0;
}
