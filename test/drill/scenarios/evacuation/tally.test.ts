import { expect, test } from 'vitest';
import { report } from '../../../../src/drill/scenarios/evacuation/report.ts';
import { lostOf, type UsersOf } from '../../../../src/drill/scenarios/evacuation/sample.ts';
import { Tally } from '../../../../src/drill/scenarios/evacuation/tally.ts';
import type { Report } from '../../../../src/drill/scenarios/types.ts';

const CAPACITY = 110;
const FORMER = { lab: 100, peer: 100 };

/** Users of two clusters whose lost requests are counted as the lab counts them. */
class World {
  readonly tally = new Tally();
  #at = 0;
  #lost: Record<string, number> = { lab: 0, peer: 0 };

  /** A second with this share of the users in `lab`. */
  second(labShare: number, state: { failing?: number; peerCapacity?: number } = {}): void {
    this.#at += 1000;
    const { failing = 0, peerCapacity = CAPACITY } = state;
    const of = (rate: number, capacity: number, failing: number): UsersOf => ({
      rate,
      formerRate: 50,
      capacity,
      failing,
      lost: 0,
    });
    const clusters = {
      lab: of(100 * labShare, CAPACITY, failing),
      peer: of(100 * (1 - labShare), peerCapacity, 0),
    };
    for (const [name, one] of Object.entries(clusters)) {
      this.#lost[name]! += lostOf(one.rate, one);
      one.lost = this.#lost[name]!;
    }
    const now = { lab: Math.round(200 * labShare), peer: Math.round(200 * (1 - labShare)) };
    this.tally.push({ at: this.#at, clusters, weights: { former: FORMER, now } });
  }
}

const flood = {
  recovered: true,
  rows: [['recovered', 'yes']],
  story: ['flood', 'recovered'],
  score: { recovered: true },
  status: {},
  result: { top: {}, lab: {} },
} as unknown as Report;

test('saved are the requests that would have been lost with the weights of the beginning', () => {
  const world = new World();
  world.second(0.5);
  world.second(0.5, { failing: 0.6 });
  world.second(0.25, { failing: 0.6 });
  world.second(0, { failing: 0.6 });
  world.second(0.5);
  const tally = world.tally.read();
  expect(tally.lost).toBeCloseTo(30 + 15);
  expect(tally.lostUnmoved).toBeCloseTo(30 + 30 + 30);
  expect(tally.shares.lab).toEqual({ first: 50, least: 0, now: 50 });
  expect(tally.peaks.peer).toBe(90.9);
  expect(tally).toMatchObject({ moved: true, asBefore: true });
});

test('without a move nothing is saved', () => {
  const world = new World();
  for (let n = 0; n < 5; n++) world.second(0.5, { failing: 0.2 * n });
  const { lost, lostUnmoved, moved } = world.tally.read();
  expect(lostUnmoved).toBeCloseTo(lost);
  expect(moved).toBe(false);
  // What the samples miss between two readings is not called saved.
  const { result, rows } = report(flood, { ...world.tally.read(), lostUnmoved: lost + 3 }, 'lab');
  expect(result.top).toEqual({ requestsLost: Math.round(lost), requestsSaved: 0 });
  expect(rows).toContainEqual(['users: requests lost', `${Math.round(lost)} in all clusters`]);
});

test('a receiver that is asked for more than it can carry is seen, and loses what it cannot', () => {
  const world = new World();
  world.second(0.5);
  world.second(0, { peerCapacity: 60 });
  const { peaks, lost } = world.tally.read();
  expect(peaks.peer).toBe(166.7);
  expect(lost).toBeCloseTo(40);
});

test('recovered is only who has its users back; until then the cluster is cured', () => {
  const world = new World();
  world.second(0.5);
  world.second(0, { failing: 1 });
  const away = report(flood, world.tally.read(), 'lab');
  expect(away).toMatchObject({ cured: true, recovered: false, score: { recovered: false } });
  expect(away.rows[0]).toEqual(['recovered', 'no']);
  expect(away.rows).toContainEqual(['users: weights', 'not as before']);
  world.second(0.5);
  const back = report(flood, world.tally.read(), 'lab');
  expect(back).toMatchObject({ cured: true, recovered: true });
  expect(back.rows).toContainEqual(['users: weights', 'returned']);
  expect(back.result.top).toEqual({ requestsLost: 0, requestsSaved: 50 });
});
