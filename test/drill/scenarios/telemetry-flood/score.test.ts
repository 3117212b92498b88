import { expect, test } from 'vitest';
import type { Sample } from '../../../../src/drill/scenarios/telemetry-flood/sample.ts';
import { score } from '../../../../src/drill/scenarios/telemetry-flood/score.ts';
import { Tally } from '../../../../src/drill/scenarios/telemetry-flood/tally.ts';

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
  dnsHeld: { now: 0, of: 2 },
  lostUnheld: 10,
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
function play(...stretches: [seconds: number, sample: Omit<Sample, 'at'>][]): Tally {
  const tally = new Tally();
  let at = 0;
  for (const [seconds, sample] of stretches) {
    for (const end = at + seconds * 1000; at < end; at += 250) tally.push({ ...sample, at });
  }
  return tally;
}

const up: [number, Omit<Sample, 'at'>] = [1, { ...broken, servers: { ...broken.servers, ready: 3 } }];

test('down is counted from its beginning', () => {
  expect(play(up, [5, broken]).read().brokenAt).toBe(1000);
});

test('a moment is not a window; a majority that answers for a while is', () => {
  const two = { ...broken, servers: { ...broken.servers, ready: 2 } };
  expect(play(up, [3, broken], [1, two], [3, broken]).read().windowAt).toBeUndefined();
  expect(play(up, [3, broken], [3, two]).read().windowAt).toBe(4000);
});

test('a window is not open while most answers fail', () => {
  const tally = play(up, [3, broken]);
  for (let i = 1; i <= 20; i++) {
    tally.push({
      ...broken,
      at: 4000 + i * 250,
      servers: { ...broken.servers, ready: 3 },
      answers: { good: i, bad: 9 * i },
    });
  }
  expect(tally.read().windowAt).toBeUndefined();
});

test('a recovery must last, and counts from its beginning', () => {
  expect(play(up, [3, broken], [2, well]).read().recoveredAt).toBeUndefined();
  const tallied = play(up, [3, broken], [4, well]).read();
  expect(tallied).toMatchObject({ recoveredAt: 4000 });
});

test('a relapse ends the recovery', () => {
  const tallied = play(up, [3, broken], [4, well], [1, broken]).read();
  expect(tallied.recoveredAt).toBeUndefined();
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
  ['a CoreDNS still answers by a table', { dnsHeld: { now: 1, of: 2 } }],
])('not recovered while %s', (_, wrong) => {
  expect(play(up, [3, broken], [8, { ...well, ...wrong }]).read().recoveredAt).toBeUndefined();
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
    dnsHeld: { now: 1, of: 2 },
  };
  const tallied = play(up, [3, broken], [3, held], [4, { ...well, lostUnheld: 35.4 }]).read();
  expect(score(tallied, { seed: 1, workers: 4, servers: 3 })).toMatchObject({
    recovered: true,
    timeToWindowSeconds: 3,
    timeToRecoverySeconds: 6,
    endpoints: { fewest: 1, of: 4 },
    requestsLost: 10,
    requestsSaved: 25,
    seen: {
      held: { most: 3, of: 4 },
      fenced: { most: 4, of: 4 },
      scaled: { most: 1, of: 3 },
      named: { most: 1, of: 2 },
      removed: true,
    },
    controlPlane: { before: { readyPercent: 0 }, after: { readyPercent: 92 } },
  });
});

test('nothing done: nothing seen, no window, no recovery', () => {
  const tallied = play(up, [20, broken]).read();
  expect(score(tallied, { seed: 1, workers: 4, servers: 3 })).toMatchObject({
    recovered: false,
    timeToWindowSeconds: null,
    timeToRecoverySeconds: null,
    seen: { held: { most: 0 }, fenced: { most: 0 }, scaled: { most: 0 }, removed: false },
  });
});
