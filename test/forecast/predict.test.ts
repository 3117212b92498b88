import { expect, it } from 'vitest';
import { measuredFrom } from '../../src/forecast/measured.ts';
import { mostNodes, predict, trendsOf } from '../../src/forecast/predict.ts';
import { serverCounters } from '../../src/forecast/server.ts';
import { metricsOf } from './metrics.ts';

/** Three watchers a node, ten calls a second each, for 100 s; a call takes `took` seconds at so many nodes. */
const flooded = (nodes: number, took = 0.001) =>
  measuredFrom(
    [
      serverCounters(
        metricsOf({ calls: { 'GET pods resource': { count: nodes * 3 * 10 * 100, took } }, nodes }),
        'f',
      ),
    ],
    {},
  );
const at = (nodes: number) => ({ name: '-', nodes });

it('the published model: 3,000 calls a second at 100 nodes are 150,000 at 5,000, far above what servers carry', () => {
  const trends = trendsOf([flooded(100)]);
  const capacity = { seats: 600, calls: 2_000 };
  expect(predict(trends, at(100), capacity).callsPerSecond).toBeCloseTo(3_000);
  const large = predict(trends, at(5_000), capacity);
  expect(large.callsPerSecond).toBeCloseTo(150_000);
  expect(large.verdict).toBe('overloaded');
  expect(large.share).toBeCloseTo(7_500);
  expect(mostNodes(trends, capacity, 100)).toBe(66);
});

it('a growth that is not linear is found from two sizes: each answer takes longer with the objects', () => {
  const trends = trendsOf([flooded(100, 0.001), flooded(400, 0.004)]);
  const large = predict(trends, at(5_000), { seats: 600 });
  expect(large.callsPerSecond).toBeCloseTo(150_000);
  // 150,000 calls a second of 0.05 s each.
  expect(large.inFlight).toBeCloseTo(7_500);
  expect(trends.trends[0]!.inFlight.assumed).toBe(false);
});

it('from one size a list of the whole cluster is assumed to grow by its objects, too, and a health check not at all', () => {
  const of = (name: string) => {
    const calls = { [name]: { count: 1_000, took: 0.1 } };
    const measured = measuredFrom([serverCounters(metricsOf({ calls, nodes: 100 }), 'f')], {});
    return predict(trendsOf([measured]), at(1_000), { seats: 600 });
  };
  expect(of('LIST pods cluster')).toMatchObject({ callsPerSecond: 100, inFlight: 100 });
  expect(of('GET pods resource').inFlight).toBeCloseTo(10);
  expect(of('GET /readyz ').inFlight).toBeCloseTo(1);
});

it('a request that takes several seats weighs as much', () => {
  const text = metricsOf({ calls: { 'GET pods resource': { count: 1_000, took: 0.1 } }, nodes: 100 });
  const wide = text.replace(/(utilization_sum\S+) (\S+)/, (_, name, sum) => `${name} ${Number(sum) * 4}`);
  const measured = measuredFrom([serverCounters(wide, 'f')], {});
  expect(predict(trendsOf([measured]), at(100), { seats: 600 }).seatsInUse).toBeCloseTo(4);
});

it.each([
  [40, 'fits'],
  [60, 'tight'],
  [120, 'overloaded'],
])('%s seats of 100 in use: %s', (seats, verdict) => {
  const calls = { 'GET pods resource': { count: 1_000, took: seats / 10 } };
  const measured = measuredFrom([serverCounters(metricsOf({ calls, nodes: 100 }), 'f')], {});
  expect(predict(trendsOf([measured]), at(100), { seats: 100 })).toMatchObject({ verdict });
});
