import { expect, it } from 'vitest';
import { report } from '../../../../src/drill/scenarios/cold-start/report.ts';
import type { Sample } from '../../../../src/drill/scenarios/cold-start/sample.ts';
import { Tally } from '../../../../src/drill/scenarios/cold-start/tally.ts';

const SETUP = { seed: 1, workers: 4, servers: 3, limit: { perSecond: 1, burst: 5 } };

function sample(at: number, more: Partial<Sample>): Sample {
  return {
    at,
    servers: { ready: 3, of: 3 },
    answers: { good: 0, bad: 0 },
    workers: 4,
    whole: 0,
    fenced: 0,
    leases: 4,
    paused: 0,
    pulling: 0,
    throttled: 0,
    requestsLost: at / 10,
    ...more,
  };
}

/** The outage of a second, then the workers one after the other, two seconds apart, as long as `until`. */
function played(until: number, last: Partial<Sample> = {}) {
  const tally = new Tally();
  for (let at = 0; at <= until; at += 250) {
    if (at < 1000) tally.push(sample(at, { servers: { ready: 0, of: 3 }, leases: 0 }));
    else tally.push(sample(at, { whole: Math.min(4, Math.floor((at - 1000) / 2000)), fenced: 1, ...last }));
  }
  return { tally, report: report(tally.read(), SETUP) };
}

it('says when half of the workers and when all of them served again', () => {
  const { score } = played(20_000, { fenced: 0, throttled: 9, pulling: 3 }).report;
  expect(score).toMatchObject({
    recovered: true,
    timeToWindowSeconds: 1,
    timeToRecoverySeconds: 9,
    whole: { halfSeconds: 5, allSeconds: 9 },
    requestsLost: 2000,
    pullsThrottled: 9,
    seen: { pullsAtOnce: 3 },
  });
});

it('is not recovered while a fence or a pause is left, or before every worker serves', () => {
  expect(played(20_000, { fenced: 0, paused: 1 }).report.score.recovered).toBe(false);
  expect(played(20_000).report.score).toMatchObject({ recovered: false, whole: { allSeconds: 9 } });
  expect(played(8_000, { fenced: 0 }).report.score).toMatchObject({
    recovered: false,
    whole: { halfSeconds: 5, allSeconds: null },
  });
});
