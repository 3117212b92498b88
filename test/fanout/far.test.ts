import { expect, test } from 'vitest';
import { AdaptiveWindow, BY_BASTION, DIRECT } from '../../src/fanout/window.ts';

const ROUND_TRIP_MS = 150;
/** Round trips to a target's turn, with that of TCP. */
const FLIGHTS = 7;

/** Milliseconds that 1,000 logins take by a window, where each takes one thread so much CPU; commands are 64 at a time. */
function takes(
  window: { size: number; tell: AdaptiveWindow['reached']; round: number },
  cpuMs: number,
  permits = 64,
) {
  const events: { at: number; go: () => void }[] = [];
  const at = (time: number, go: () => void) => {
    const place = events.findIndex((event) => event.at > time);
    events.splice(place < 0 ? events.length : place, 0, { at: time, go });
  };
  let now = 0;
  let busyUntil = 0;
  const work = (ms: number, then: () => void) => {
    busyUntil = Math.max(now, busyUntil) + ms;
    at(busyUntil, then);
  };
  let left = 1000;
  let active = 0;
  const waiting: (() => void)[] = [];
  const login = () => {
    const { round } = window;
    const since = now;
    active++;
    left--;
    const end = () => {
      active--;
      const next = waiting.shift();
      if (next) next();
      else permits++;
      admit();
    };
    const run = () => {
      window.tell(now - since, round, left > 0 && busyUntil - now < 100);
      at(now + ROUND_TRIP_MS, () => work(cpuMs / (FLIGHTS + 1), end));
    };
    const turn = () => {
      if (permits === 0) return waiting.push(run);
      permits--;
      run();
    };
    const flight = (n: number) =>
      at(now + ROUND_TRIP_MS, () =>
        work(cpuMs / (FLIGHTS + 1), () => (n < FLIGHTS ? flight(n + 1) : turn())),
      );
    flight(1);
  };
  const admit = () => {
    while (left > 0 && active < window.size) login();
  };
  admit();
  for (let next = events.shift(); next; next = events.shift()) {
    now = next.at;
    next.go();
  }
  return now;
}

const by = (window: AdaptiveWindow) => ({
  get size() {
    return window.size;
  },
  get round() {
    return window.round;
  },
  tell: window.reached.bind(window),
});

// Through a bastion it is the window that all logins had before.
test('far hosts take at most 1.3 × as long as with all logins at once', () => {
  const best = takes({ size: 1000, round: 0, tell: () => undefined }, 3.5, 1000);
  expect(takes(by(new AdaptiveWindow(DIRECT)), 3.5)).toBeLessThan(1.3 * best);
  expect(takes(by(new AdaptiveWindow(BY_BASTION)), 3.5)).toBeGreaterThan(1.3 * best);
});
