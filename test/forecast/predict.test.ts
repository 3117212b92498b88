import { describe, expect, it } from 'vitest';
import { growthText } from '../../src/forecast/clients.ts';
import { measuredFrom } from '../../src/forecast/measured.ts';
import { mostNodes, predict, sizeFor, trendsOf } from '../../src/forecast/predict.ts';
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

describe('objects', () => {
  /** Each node lists all pods once a second; a pod costs a microsecond. */
  const listed = (nodes: number, pods: number, fixed = 0) => {
    const calls = { 'LIST pods': { count: nodes * 100, took: pods * 1e-6 + fixed / nodes } };
    const text = `${metricsOf({ calls, nodes })}apiserver_storage_objects{resource="pods"} ${pods}\n`;
    return measuredFrom([serverCounters(text, 'f')], {});
  };

  it('a law of nodes times pods is found; at a larger size the pods grow as they did', () => {
    const trends = trendsOf([listed(100, 3_000), listed(200, 2_000), listed(400, 12_000)]);
    expect(growthText(trends.trends[0]!.inFlight, { nodes: 1_000, objects: 1 })).toBe('by node × objects');
    const pods = sizeFor(trends.trends[0]!, 1_000).objects!;
    expect(pods).toBeGreaterThan(20_000);
    expect(predict(trends, at(1_000), { seats: 600 }).inFlight).toBeCloseTo(1_000 * pods * 1e-6, 3);
  });

  it('two sizes that several laws explain are undecided, and the most nodes are those of the steepest', () => {
    const trends = trendsOf([listed(100, 1_000, 4), listed(400, 4_000, 4)]);
    const large = predict(trends, at(4_000), { seats: 60 });
    expect(large.shareUpTo).toBeGreaterThan(large.share * 1.5);
    const between = { seats: ((large.share + large.shareUpTo) / 200) * 60 };
    expect(predict(trends, at(4_000), between).verdict).toBe('undecided');
    expect(mostNodes(trends, between, 100)).toBeLessThan(4_000);
  });
});
