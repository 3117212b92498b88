import { type Milestones, timesOf } from '../../judge.ts';
import { TIME_SCALE } from '../../time-scale.ts';
import type { Report, Score } from '../types.ts';
import { NAME, TITLE } from './about.ts';
import type { Sample } from './sample.ts';
import type { Seen } from './steps.ts';

export interface Setup {
  seed: number;
  workers: number;
  members: number;
}

/** What the lab saw of the whole practice. */
interface NospaceScore extends Score {
  /** Answers with 429 or 5xx, since the lab began: mostly writes that etcd refused. */
  requestsRefused: number;
  seen: {
    compacted: boolean;
    defragmented: { most: number; of: number };
    disarmed: boolean;
    raisedAgain: boolean;
  };
  now: {
    ready: number;
    servers: number;
    alarms: number;
    overQuota: number;
    bytes: number;
    quotaBytes: number;
    bytesInUse: number;
    freshLeases: number;
  };
}

/** The outage in words and as JSON. */
export function report(sample: Sample, milestones: Milestones, seen: Seen, setup: Setup): Report {
  const score = scoreOf(sample, milestones, seen, setup);
  const { requestsRefused, now } = score;
  return {
    broken: milestones.brokenAt !== undefined,
    recovered: score.recovered,
    unbroken: { withinMs: 30_000, message: 'etcd did not run out of space in time' },
    story: story(score, milestones),
    now: nowText(score),
    pulse: { ready: now.ready, of: now.servers, ...sample.answers },
    bought: { space: bought(score) },
    rows: rows(score),
    score,
    status: { sample },
    result: { top: { requestsRefused }, lab: { seen: score.seen, now } },
  };
}

function scoreOf(sample: Sample, milestones: Milestones, seen: Seen, setup: Setup): NospaceScore {
  const { etcd, servers } = sample;
  return {
    scenario: NAME,
    seed: setup.seed,
    workers: setup.workers,
    timeScale: TIME_SCALE,
    ...timesOf(milestones),
    requestsRefused: sample.answers.bad,
    seen: { ...seen, defragmented: { most: seen.defragmented, of: setup.members } },
    now: {
      ready: servers.ready,
      servers: servers.of,
      alarms: etcd.alarms,
      overQuota: etcd.overQuota,
      bytes: etcd.bytes,
      quotaBytes: etcd.quotaBytes,
      bytesInUse: Math.round(etcd.bytesInUse),
      freshLeases: sample.leases,
    },
  };
}

function story(score: NospaceScore, { brokenAt }: Milestones): string[] {
  const { seen, timeToWindowSeconds, timeToRecoverySeconds } = score;
  const down = brokenAt !== undefined;
  const all = seen.defragmented.most === seen.defragmented.of;
  return [
    TITLE,
    ...(down ? ["etcd refuses every write (alarm NOSPACE), and every kubelet's lease is stale"] : []),
    ...(down && seen.compacted ? ['the history of etcd is compacted'] : []),
    ...(down && all ? ['every etcd member is defragmented'] : []),
    ...(seen.raisedAgain ? ['the alarm is back: an etcd member is still over its quota'] : []),
    ...(timeToWindowSeconds === null
      ? []
      : [`writes succeed again, ${timeToWindowSeconds} s after they failed`]),
    ...(score.recovered ? [`recovered ${timeToRecoverySeconds} s after writes failed`] : []),
  ];
}

function bought({ seen, now }: NospaceScore): string {
  const { most, of } = seen.defragmented;
  const alarm = seen.disarmed && !seen.raisedAgain ? 'disarmed' : 'not disarmed for good';
  return `${mib(now.bytes)} of ${mib(now.quotaBytes)} MiB in use: ${most} of ${of} members defragmented, the alarm ${alarm}`;
}

function nowText({ now, workers }: NospaceScore): string {
  return (
    `${now.ready} of ${now.servers} API servers ready; alarm NOSPACE on ${now.alarms} etcd members, ` +
    `${now.overQuota} over the quota (${mib(now.bytes)} of ${mib(now.quotaBytes)} MiB); ${now.freshLeases} of ${workers} leases fresh`
  );
}

function rows(score: NospaceScore): Report['rows'] {
  const { seen } = score;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const seconds = (s: number | null) => (s === null ? 'never' : `${s} s`);
  return [
    ['recovered', yes(score.recovered)],
    ['time to window', seconds(score.timeToWindowSeconds)],
    ['time to recovery', seconds(score.timeToRecoverySeconds)],
    ['API requests refused', String(score.requestsRefused)],
    ['seen: history compacted', yes(seen.compacted)],
    ['seen: members defragmented', `${seen.defragmented.most} of ${seen.defragmented.of}`],
    ['seen: alarm disarmed', seen.raisedAgain ? 'yes, but it was raised again' : yes(seen.disarmed)],
    ['now', nowText(score)],
  ];
}

function mib(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}
