import { expect, test } from 'vitest';
import { LOAD } from '../../../../src/drill/scenarios/telemetry-flood/about.ts';
import { loadFor, standingFor } from '../../../../src/drill/scenarios/telemetry-flood/load.ts';

const load = (workers: number) => loadFor(workers, LOAD, 'm6i.xlarge', 3, 500, 750);

test('the real rate of requests stays bounded, whatever the workers', () => {
  for (const workers of [6, 12, 48, 100, 300, 500]) {
    const { turnsPerSecond, requestsPerTurn, kubeletEveryMs, watches } = load(workers);
    expect(workers * turnsPerSecond * requestsPerTurn).toBeLessThanOrEqual(289);
    expect((workers * 1000) / kubeletEveryMs).toBeLessThanOrEqual(97);
    expect(watches * workers).toBeLessThanOrEqual(Math.max(150, workers));
  }
});

test('what is asked for grows faster than the cluster', () => {
  expect(load(96).overload / load(48).overload).toBeCloseTo(2);
  const offered = (workers: number) => {
    const l = load(workers);
    return workers * l.turnsPerSecond * l.requestsPerTurn * l.listUnits;
  };
  // The control plane is sized for its workers, so this is work beyond what it was bought for.
  expect(offered(96) / offered(48)).toBeCloseTo(2);
});

test('a staging cluster is too small to show it', () => {
  expect(load(6).overload).toBeLessThan(1);
  expect(load(48).overload).toBe(6);
});

test('few workers that stand for many ask for as much, at a rate of their own', () => {
  const few = loadFor(8, standingFor(LOAD, 6), 'm6i.xlarge', 3, 500, 750);
  const many = load(48);
  expect(few).toMatchObject({ overload: many.overload, size: many.size });
  const real = (l: typeof few, workers: number) =>
    workers * l.turnsPerSecond * l.requestsPerTurn * l.standsFor;
  expect(real(few, 8)).toBe(real(many, 48));
});
