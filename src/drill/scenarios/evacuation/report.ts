import type { Report } from '../types.ts';
import { NAME, TITLE } from './about.ts';
import type { UsersTally } from './tally.ts';

/** What the users saw, beside what became of the cluster that they left. */
export function report(flood: Report, tally: UsersTally, sick: string): Report {
  const users = usersOf(tally, sick);
  const { share } = users;
  const recovered = flood.recovered && tally.asBefore && Math.abs(share.now - share.atFirst) < 1;
  const score = { ...flood.score, scenario: NAME, recovered };
  const { requestsLost, requestsSaved } = users;
  return {
    ...flood,
    cured: flood.recovered,
    recovered,
    pulse: { ...flood.pulse, lost: requestsLost },
    bought: {
      ...flood.bought,
      evacuate: `took ${share.cluster} from ${share.atFirst}% of the users to ${share.least}%`,
    },
    story: [TITLE, ...flood.story.slice(1), ...story(users)],
    now: `${flood.now}; ${requestsLost} of all users' requests lost`,
    rows: [
      ...flood.rows.map(
        ([name, value]) => [name, name === 'recovered' ? yes(recovered) : value] as [string, string],
      ),
      ...rows(users),
    ],
    score,
    status: { ...flood.status, users },
    result: {
      top: { ...flood.result.top, requestsLost, requestsSaved },
      lab: { ...flood.result.lab, users },
    },
  };
}

/** The users as JSON. */
interface UsersScore {
  /** Of all clusters. Saved: those that would have been lost with the weights of the beginning, and were not. */
  requestsLost: number;
  requestsSaved: number;
  /** Percent of all requests that the sick cluster got. */
  share: { cluster: string; atFirst: number; least: number; now: number };
  /** The most of its own capacity that each receiver was asked for, in percent. */
  receivers: { cluster: string; peakPercent: number }[];
  weights: { moved: boolean; asBefore: boolean };
}

function usersOf(tally: UsersTally, sick: string): UsersScore {
  const share = tally.shares[sick] ?? { first: 0, least: 0, now: 0 };
  return {
    requestsLost: Math.round(tally.lost),
    requestsSaved: tally.moved ? Math.max(0, Math.round(tally.lostUnmoved - tally.lost)) : 0,
    share: { cluster: sick, atFirst: share.first, least: share.least, now: share.now },
    receivers: Object.entries(tally.peaks)
      .filter(([cluster]) => cluster !== sick)
      .map(([cluster, peakPercent]) => ({ cluster, peakPercent })),
    weights: { moved: tally.moved, asBefore: tally.asBefore },
  };
}

function story({ share, weights }: UsersScore): string[] {
  const { cluster } = share;
  return [
    ...(weights.moved ? [`users begin to leave ${cluster}`] : []),
    ...(weights.moved && share.least === 0 ? [`no user is in ${cluster} any more`] : []),
    ...(weights.moved && weights.asBefore ? ["the record's weights are as before"] : []),
  ];
}

function rows({ requestsLost, requestsSaved, share, receivers, weights }: UsersScore): Report['rows'] {
  const saved = weights.moved ? `; ${requestsSaved} more without the evacuation` : '';
  return [
    ['users: requests lost', `${requestsLost} in all clusters${saved}`],
    [
      `users: share of ${share.cluster}`,
      `${share.atFirst}% at first, at least ${share.least}%, now ${share.now}%`,
    ],
    ...receivers.map(({ cluster, peakPercent }): [string, string] => [
      `users: load of ${cluster}`,
      `at most ${peakPercent}% of what it can carry`,
    ]),
    ['users: weights', weights.asBefore ? `${weights.moved ? 'returned' : 'never moved'}` : 'not as before'],
  ];
}

const yes = (is: boolean) => (is ? 'yes' : 'no');
