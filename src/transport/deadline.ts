import type { LagMeter } from './lag.ts';

/** One target's clock. It runs over every phase, and stands still while this process is too busy to listen. */
export interface Deadline {
  /** (Re)starts with this many milliseconds. */
  start(ms: number): void;
  /** Stands still while a target waits for Fireaxe itself, until the returned function is called. */
  pause(): () => void;
  stop(): void;
}

const MOST_FORGIVEN_MS = 8000;

export function createDeadline(meter: LagMeter, passed: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  let mostForgiven = 0;
  let lostBefore = 0;
  let stopped = false;

  function arm(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(fire, ms);
  }

  function fire(): void {
    const remaining = due - performance.now();
    if (remaining > 1) {
      arm(remaining);
      return;
    }
    const lost = meter.lost();
    const forgiven = Math.min(lost - lostBefore, mostForgiven);
    lostBefore = lost;
    if (forgiven > 20) {
      mostForgiven -= forgiven;
      due = performance.now() + forgiven;
      arm(forgiven);
      return;
    }
    // What has arrived but was not read yet counts: two turns of the event loop read it.
    const armed = timer;
    const unlessStopped = () => {
      if (timer === armed) passed();
    };
    setImmediate(() => setImmediate(unlessStopped));
  }

  return {
    start(ms) {
      due = performance.now() + ms;
      // Without a bound a process that is always late would never give up.
      mostForgiven = Math.min(ms, MOST_FORGIVEN_MS);
      lostBefore = meter.lost();
      arm(ms);
    },
    pause() {
      const left = due - performance.now();
      clearTimeout(timer);
      timer = undefined;
      return () => {
        if (stopped) return;
        due = performance.now() + left;
        arm(left);
      };
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
