import { timesOf } from '../../judge.ts';
import type { RegistryLimit } from '../../registry/registry.ts';
import { TIME_SCALE } from '../../time-scale.ts';
import type { Report, Score } from '../types.ts';
import { NAME, TITLE } from './about.ts';
import type { Tallied } from './tally.ts';

export interface Setup {
  seed: number;
  workers: number;
  servers: number;
  limit: RegistryLimit;
}

/** What the lab saw of the whole practice. */
interface ColdScore extends Score {
  /** Seconds from the outage until every pod of half of the workers, and of all of them, ran; null until then. */
  whole: { halfSeconds: number | null; allSeconds: number | null };
  requestsLost: number;
  /** Pulls that the simulated registry answered 429. */
  pullsThrottled: number;
  seen: { fenced: { most: number; of: number }; pullsAtOnce: number };
  now: {
    ready: number;
    servers: number;
    whole: number;
    fenced: number;
    pulling: number;
    freshLeases: number;
  };
}

/** The outage in words and as JSON. */
export function report(tallied: Tallied, setup: Setup): Report {
  const score = scoreOf(tallied, setup);
  const { whole, requestsLost, pullsThrottled, seen, now } = score;
  const { last } = tallied;
  return {
    broken: tallied.brokenAt !== undefined,
    recovered: score.recovered,
    unbroken: { withinMs: 15_000, message: 'the API servers did not go down in time' },
    story: story(score, tallied),
    now: nowText(score),
    pulse: {
      ready: now.ready,
      of: now.servers,
      good: last?.answers.good ?? 0,
      bad: last?.answers.bad ?? 0,
      lost: requestsLost,
    },
    bought: {
      return: `${now.whole} of ${setup.workers} workers serve: ${pullsThrottled} pulls answered 429, at most ${seen.pullsAtOnce} under way at once`,
    },
    rows: rows(score, setup),
    score,
    status: { sample: last },
    result: { top: { requestsLost, pullsThrottled }, lab: { whole, seen, now } },
  };
}

function scoreOf(tallied: Tallied, { seed, workers, servers }: Setup): ColdScore {
  const { last, brokenAt, halfAt, wholeAt } = tallied;
  const after = (at: number | undefined) =>
    at === undefined || brokenAt === undefined ? null : Math.round((at - brokenAt) / 100) / 10;
  return {
    scenario: NAME,
    seed,
    workers,
    timeScale: TIME_SCALE,
    ...timesOf(tallied),
    whole: { halfSeconds: after(halfAt), allSeconds: after(wholeAt) },
    requestsLost: Math.round(last?.requestsLost ?? 0),
    pullsThrottled: last?.throttled ?? 0,
    seen: { fenced: { most: tallied.mostFenced, of: workers }, pullsAtOnce: tallied.mostPulling },
    now: {
      ready: last?.servers.ready ?? 0,
      servers,
      whole: last?.whole ?? 0,
      fenced: last?.fenced ?? 0,
      pulling: last?.pulling ?? 0,
      freshLeases: last?.leases ?? 0,
    },
  };
}

function story({ whole, timeToWindowSeconds }: ColdScore, { brokenAt }: Tallied): string[] {
  return [
    TITLE,
    ...(brokenAt === undefined ? [] : ['no API server answers, and no worker serves']),
    ...(timeToWindowSeconds === null
      ? []
      : [`the control plane answers again, after ${timeToWindowSeconds} s`]),
    ...(whole.halfSeconds === null ? [] : [`half of the workers serve, after ${whole.halfSeconds} s`]),
    ...(whole.allSeconds === null ? [] : [`all workers serve, after ${whole.allSeconds} s`]),
  ];
}

function nowText({ now, workers, pullsThrottled }: ColdScore): string {
  return (
    `${now.ready} of ${now.servers} API servers ready; ${now.whole} of ${workers} workers serve, ${now.fenced} fenced, ` +
    `${now.freshLeases} report; ${now.pulling} pulls under way, ${pullsThrottled} answered 429`
  );
}

function rows(score: ColdScore, { limit }: Setup): Report['rows'] {
  const { whole, seen } = score;
  const seconds = (s: number | null) => (s === null ? 'never' : `${s} s`);
  return [
    ['recovered', score.recovered ? 'yes' : 'no'],
    ['time to window', seconds(score.timeToWindowSeconds)],
    ['time to recovery', seconds(score.timeToRecoverySeconds)],
    ['workers whole', `half after ${seconds(whole.halfSeconds)}, all after ${seconds(whole.allSeconds)}`],
    ['user requests lost', String(score.requestsLost)],
    [
      'simulated registry',
      `${score.pullsThrottled} pulls answered 429; at most ${seen.pullsAtOnce} under way at once; ` +
        `limit ${limit.perSecond.toFixed(1)} requests/s of a real cluster`,
    ],
    ['seen: clients fenced', `${seen.fenced.most} of ${seen.fenced.of}`],
    ['now', nowText(score)],
  ];
}
