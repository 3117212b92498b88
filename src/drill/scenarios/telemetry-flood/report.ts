import type { Report } from '../types.ts';
import { TITLE } from './about.ts';
import type { Load } from './load.ts';
import type { Health } from './relief.ts';
import type { Sample } from './sample.ts';
import { type FloodScore, type Setup, score } from './score.ts';
import type { Tallied } from './tally.ts';

/** The outage in words and as JSON. */
export function report(tallied: Tallied, load: Load, setup: Setup): Report {
  const scored = score(tallied, setup);
  const { now, requestsLost, requestsSaved, serverDeaths, endpoints, seen, controlPlane } = scored;
  const { last } = tallied;
  return {
    broken: scored.controlPlaneDown,
    recovered: scored.recovered,
    unbroken: {
      withinMs: load.overload > 1 ? 90_000 : 15_000,
      message: `${setup.workers} workers do not take this control plane down`,
      place: '--workers',
      expected: `more workers: these ask for ${load.overload.toFixed(1)} times what the control plane can do; a small staging cluster did not break either`,
    },
    story: story(scored, load, last),
    now: `${now.ready} of ${now.servers} API servers ready, ${serverDeaths} deaths, ${requestsLost} user requests lost`,
    pulse: {
      ready: now.ready,
      of: now.servers,
      good: last?.answers.good ?? 0,
      bad: last?.answers.bad ?? 0,
      lost: requestsLost,
      ...(requestsSaved > 0 && { saved: requestsSaved }),
    },
    bought: bought(scored, last),
    rows: rows(scored, last),
    score: scored,
    status: { sample: last, load: { standsFor: load.standsFor, overload: load.overload } },
    result: {
      top: { requestsLost, requestsSaved },
      lab: { seen, controlPlane, endpoints, serverDeaths, now },
    },
  };
}

function story(scored: FloodScore, load: Load, last: Sample | undefined): string[] {
  const { controlPlaneDown, seen, now, recovered, timeToWindowSeconds, timeToRecoverySeconds } = scored;
  const removed = controlPlaneDown && seen.removed;
  return [
    `${TITLE} (each request of the lab stands for ${load.standsFor} real ones)`,
    ...(controlPlaneDown ? [`the control plane is down: 0 of ${now.servers} API servers answer`] : []),
    ...(timeToWindowSeconds === null
      ? []
      : [`the control plane answers again, ${timeToWindowSeconds} s after it went down`]),
    ...(removed ? ['the DaemonSet is deleted'] : []),
    ...(removed && last?.wanted === 0 ? ['every kubelet has removed its pod'] : []),
    ...(recovered ? [`recovered ${timeToRecoverySeconds} s after the control plane went down`] : []),
  ];
}

function bought(
  { seen, endpoints, now, workers, requestsSaved }: FloodScore,
  last: Sample | undefined,
): Report['bought'] {
  return {
    names: `kept names answering at ${seen.named.most} of ${seen.named.of} CoreDNS: ${requestsSaved} user requests saved`,
    'fewer-clients': `held ${seen.held.most} of ${seen.held.of} offenders`,
    controllers: `kept at least ${endpoints.fewest} of ${endpoints.of} endpoints of the users' services`,
    'no-clients': `kept ${seen.fenced.most} of ${seen.fenced.of} clients away from the API`,
    servers: 'started what waited in the back-off',
    'bigger-servers': `made ${seen.scaled.most} of ${seen.scaled.of} API servers bigger`,
    removal: seen.removed ? 'deleted the cause' : 'did not delete the cause',
    return: `let the clients back: ${last?.leases ?? 0} of ${workers} kubelets report, ${now.fenced} still fenced`,
  };
}

function rows(scored: FloodScore, last: Sample | undefined): Report['rows'] {
  const { seen, now, controlPlane, endpoints } = scored;
  const seconds = (s: number | null) => (s === null ? 'never' : `${s} s`);
  const share = ({ most, of }: { most: number; of: number }) => `${most} of ${of}`;
  const health = (h: Health | null) =>
    h ? `${h.readyPercent}% of servers ready, ${h.badPercent}% of answers failed` : 'not seen';
  return [
    ['recovered', scored.recovered ? 'yes' : 'no'],
    ['time to window', seconds(scored.timeToWindowSeconds)],
    ['time to recovery', seconds(scored.timeToRecoverySeconds)],
    [
      'user requests lost',
      `${scored.requestsLost}${seen.named.most > 0 ? `; ${scored.requestsSaved} more without the hold of names` : ''}`,
    ],
    [
      'endpoints of services',
      `at least ${endpoints.fewest} of ${endpoints.of} ready; ${endpoints.requestsLost} user requests lost without an endpoint`,
    ],
    ['API server deaths', String(scored.serverDeaths)],
    ['control plane', `${health(controlPlane.before)} while down; ${health(controlPlane.after)} at the end`],
    ['seen: offenders held', share(seen.held)],
    ['seen: clients fenced', share(seen.fenced)],
    ['seen: servers scaled', share(seen.scaled)],
    ['seen: CoreDNS held', share(seen.named)],
    ['seen: DaemonSet removed', seen.removed ? 'yes' : 'no'],
    [
      'now',
      `${now.ready} of ${now.servers} servers ready; ${now.flooding} workers flooding, ${now.held} held, ${now.fenced} fenced, ${now.paused} controller-managers paused; ` +
        `${last?.leases ?? 0} of ${scored.workers} kubelets report; ${now.namesFailingPercent}% of names fail`,
    ],
  ];
}
