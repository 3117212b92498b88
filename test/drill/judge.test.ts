import { expect, test } from 'vitest';
import { Judge, type Sample } from '../../src/drill/judge.ts';
import { TELEMETRY_FLOOD } from '../../src/drill/scenarios/telemetry-flood.ts';
import { score } from '../../src/drill/score.ts';

const broken: Omit<Sample, 'at'> = {
  servers: { ready: 0, of: 3, machines: 3, deaths: 4, retyped: 0 },
  answers: { good: 0, bad: 0 },
  workers: 4,
  flooding: 4,
  held: 0,
  fenced: 0,
  daemonSet: true,
  wanted: 4,
  leases: 0,
  paused: 0,
  endpoints: 4,
  lostWithoutEndpoint: 0,
  namesFailing: 0.5,
  requestsLost: 10,
};
const well: Omit<Sample, 'at'> = {
  ...broken,
  servers: { ...broken.servers, ready: 3 },
  flooding: 0,
  daemonSet: false,
  wanted: 0,
  leases: 4,
  namesFailing: 0,
};

/** Plays stretches of sameness, a sample each quarter second. */
function play(...stretches: [seconds: number, sample: Omit<Sample, 'at'>][]): Judge {
  const judge = new Judge();
  let at = 0;
  for (const [seconds, sample] of stretches) {
    for (const end = at + seconds * 1000; at < end; at += 250) judge.push({ ...sample, at });
  }
  return judge;
}

const up: [number, Omit<Sample, 'at'>] = [1, { ...broken, servers: { ...broken.servers, ready: 3 } }];

test('down is counted from its beginning, and only once it was up', () => {
  expect(play([5, broken]).judgement().downAt).toBeUndefined();
  expect(play(up, [5, broken]).judgement().downAt).toBe(1000);
});

test('a flicker is no window; a majority that answers for a while is', () => {
  const two = { ...broken, servers: { ...broken.servers, ready: 2 } };
  expect(play(up, [3, broken], [1, two], [3, broken]).judgement().windowAt).toBeUndefined();
  expect(play(up, [3, broken], [3, two]).judgement().windowAt).toBe(4000);
});

test('servers that answer mostly badly are no window', () => {
  const judge = play(up, [3, broken]);
  for (let i = 1; i <= 20; i++) {
    judge.push({
      ...broken,
      at: 4000 + i * 250,
      servers: { ...broken.servers, ready: 3 },
      answers: { good: i, bad: 9 * i },
    });
  }
  expect(judge.judgement().windowAt).toBeUndefined();
});

test('well must last to be a recovery, and counts from its beginning', () => {
  expect(play(up, [3, broken], [2, well]).judgement().recovered).toBe(false);
  const judgement = play(up, [3, broken], [4, well]).judgement();
  expect(judgement).toMatchObject({ recovered: true, recoveredAt: 4000 });
});

test('a relapse takes the recovery back', () => {
  const judgement = play(up, [3, broken], [4, well], [1, broken]).judgement();
  expect(judgement.recovered).toBe(false);
  expect(judgement.recoveredAt).toBeUndefined();
});

test.each([
  ['the DaemonSet is still there', { daemonSet: true }],
  ['a kubelet still means to run the pod', { wanted: 1 }],
  ['an offender still floods', { flooding: 1 }],
  ['an offender is still held', { held: 1 }],
  ['a client is still fenced', { fenced: 1 }],
  ['a controller-manager is paused', { paused: 1 }],
  ['an endpoint is not ready', { endpoints: 3 }],
  ['a server is not ready', { servers: { ...well.servers, ready: 2 } }],
  ['a kubelet does not report', { leases: 3 }],
  ['names still fail', { namesFailing: 0.01 }],
])('not recovered while %s', (_, wrong) => {
  expect(play(up, [3, broken], [8, { ...well, ...wrong }]).judgement().recovered).toBe(false);
});

test('the score counts from the outage and tells what was seen of each step', () => {
  const held = {
    ...broken,
    flooding: 1,
    held: 3,
    fenced: 4,
    endpoints: 1,
    lostWithoutEndpoint: 6,
    servers: { ...broken.servers, ready: 2, retyped: 1 },
  };
  const judgement = play(up, [3, broken], [3, held], [4, well]).judgement();
  expect(score(judgement, TELEMETRY_FLOOD, { seed: 1, workers: 4, servers: 3 })).toMatchObject({
    recovered: true,
    timeToWindowSeconds: 3,
    timeToRecoverySeconds: 6,
    endpoints: { fewest: 1, of: 4 },
    seen: {
      held: { most: 3, of: 4 },
      fenced: { most: 4, of: 4 },
      scaled: { most: 1, of: 3 },
      removed: true,
    },
    controlPlane: { before: { readyPercent: 0 }, after: { readyPercent: 92 } },
  });
});

test('nothing done: nothing seen, no window, no recovery', () => {
  const judgement = play(up, [20, broken]).judgement();
  expect(score(judgement, TELEMETRY_FLOOD, { seed: 1, workers: 4, servers: 3 })).toMatchObject({
    recovered: false,
    timeToWindowSeconds: null,
    timeToRecoverySeconds: null,
    seen: { held: { most: 0 }, fenced: { most: 0 }, scaled: { most: 0 }, removed: false },
  });
});
