import { timesOf } from '../../judge.ts';
import { TIME_SCALE } from '../../time-scale.ts';
import type { Score } from '../types.ts';
import { NAME } from './about.ts';
import type { Tallied } from './tally.ts';

export interface Setup {
  seed: number;
  workers: number;
  servers: number;
}

/** What the lab saw of the whole practice. */
export interface FloodScore extends Score {
  controlPlaneDown: boolean;
  requestsLost: number;
  /** Those that would have been lost without the tables of names, and were not. */
  requestsSaved: number;
  /** What a recovery can cost users that the incident did not affect: services lose endpoints although every pod runs. */
  endpoints: { fewest: number; of: number; requestsLost: number };
  serverDeaths: number;
  /** What the lab itself observed of each step. */
  seen: {
    held: { most: number; of: number };
    fenced: { most: number; of: number };
    scaled: { most: number; of: number };
    /** CoreDNS that answered by a table. */
    named: { most: number; of: number };
    removed: boolean;
  };
  /** Its servers and answers while down and untouched, and in the last seconds. */
  controlPlane: Tallied['relief'];
  now: {
    ready: number;
    servers: number;
    flooding: number;
    held: number;
    fenced: number;
    paused: number;
    daemonSet: boolean;
    namesFailingPercent: number;
  };
}

export function score(tallied: Tallied, { seed, workers, servers }: Setup): FloodScore {
  const { last } = tallied;
  const { recovered, ...times } = timesOf(tallied);
  return {
    scenario: NAME,
    seed,
    workers,
    timeScale: TIME_SCALE,
    recovered,
    controlPlaneDown: tallied.brokenAt !== undefined,
    ...times,
    requestsLost: Math.round(last?.requestsLost ?? 0),
    requestsSaved: Math.max(0, Math.round((last?.lostUnheld ?? 0) - (last?.requestsLost ?? 0))),
    endpoints: {
      fewest: tallied.fewestEndpoints ?? workers,
      of: workers,
      requestsLost: Math.round(last?.lostWithoutEndpoint ?? 0),
    },
    serverDeaths: last?.servers.deaths ?? 0,
    seen: {
      held: { most: tallied.mostHeld, of: workers },
      fenced: { most: tallied.mostFenced, of: workers },
      scaled: { most: tallied.mostRetyped, of: servers },
      named: { most: tallied.mostDnsHeld, of: last?.dnsHeld.of ?? 0 },
      removed: tallied.removedAt !== undefined,
    },
    controlPlane: tallied.relief,
    now: {
      ready: last?.servers.ready ?? 0,
      servers,
      flooding: last?.flooding ?? 0,
      held: last?.held ?? 0,
      fenced: last?.fenced ?? 0,
      paused: last?.paused ?? 0,
      daemonSet: last?.daemonSet ?? false,
      namesFailingPercent: Math.round(100 * (last?.namesFailing ?? 0)),
    },
  };
}
