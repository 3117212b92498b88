import { expect, it } from 'vitest';
import { measuredFrom } from '../../src/forecast/measured.ts';
import { unevenPace } from '../../src/forecast/pace.ts';
import { serverCounters } from '../../src/forecast/server.ts';
import { metricsOf } from './metrics.ts';

/** Seconds that each of these takes. */
const cluster = (nodes: number, took: Record<string, number>) => {
  const calls = Object.fromEntries(
    Object.entries(took).map(([name, each]) => [name, { count: nodes * 1_000, took: each }]),
  );
  return measuredFrom([serverCounters(metricsOf({ calls, nodes }), 'f')], {});
};

it('tells sizes at which the same requests took far longer', () => {
  const sizes = [cluster(10, { 'GET pods resource': 0.01 }), cluster(20, { 'GET pods resource': 0.03 })];
  expect(unevenPace(sizes)).toEqual({ slowest: 20, quickest: 10, times: expect.closeTo(3) });
  expect(unevenPace(sizes.toReversed())).toEqual(unevenPace(sizes));
});

it('lists may take longer in a larger cluster', () => {
  const of = (nodes: number, list: number) =>
    cluster(nodes, { 'GET pods resource': 0.01, 'LIST pods cluster': list });
  expect(unevenPace([of(10, 0.1), of(20, 5)])).toBeUndefined();
});

it('compares only what all sizes have', () => {
  const small = cluster(10, { 'GET pods resource': 0.01 });
  const large = cluster(20, { 'GET pods resource': 0.01, 'PUT leases resource': 1 });
  expect(unevenPace([small, large])).toBeUndefined();
  expect(unevenPace([small, cluster(20, { 'PUT leases resource': 1 })])).toBeUndefined();
  expect(unevenPace([small])).toBeUndefined();
});
