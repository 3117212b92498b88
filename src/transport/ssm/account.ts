import type { CloudProfile } from '../../kit/types.ts';
import type { NodeScript } from '../types.ts';
import { Breaker } from './breaker.ts';
import type { Clock } from './clock.ts';
import { SentFinder } from './find-sent.ts';
import { heard } from './heard.ts';
import { Pace } from './pace.ts';
import { Poller } from './poller.ts';
import type { SsmApi } from './types.ts';

/** What is shared by all that goes through one account and region: the client, the pace of calls, the poller. */
export interface Account {
  profile: CloudProfile;
  api: SsmApi;
  pace: Pace;
  poller: Poller;
  breaker: Breaker;
  finder: SentFinder;
  /** How many whole outputs were read of each script. */
  fullOutputs: WeakMap<NodeScript, number>;
}

export interface PollTimes {
  firstMs: number;
  everyMs: number;
}

/** Between two calls: AWS's limits are per account, and other tools live there too. */
const SPACE_MS = 50;

export function openAccount(profile: CloudProfile, client: SsmApi, clock: Clock, times: PollTimes): Account {
  const breaker = new Breaker(clock.now);
  const api = heard(client, breaker, clock.now);
  const pace = new Pace({ spaceMs: SPACE_MS, now: clock.now, sleep: clock.sleep });
  const poller = new Poller({
    api,
    pace,
    now: clock.now,
    sleep: clock.sleep,
    random: clock.random,
    ...times,
  });
  const finder = new SentFinder({ ...clock, api, pace, breaker });
  return { profile, api, pace, poller, finder, breaker, fullOutputs: new WeakMap() };
}

/** Profiles that reach the same account by the same keys share everything. */
export function accountKey(profile: CloudProfile): string {
  return [profile.region, profile.profile, profile.configFile, profile.credentialsFile].join('\0');
}
