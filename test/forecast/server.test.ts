import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpText } from '../../src/forecast/dump.ts';
import { measuredFrom } from '../../src/forecast/measured.ts';
import { serverCounters } from '../../src/forecast/server.ts';
import { metricsOf } from './metrics.ts';

const dump = (name: string) =>
  serverCounters(readFileSync(join(import.meta.dirname, 'cases', name), 'utf8'), name);
const LIST = { 'LIST pods': { count: 3_000, took: 0.2, watches: 5 } };

describe('dumps of a real kube-apiserver 1.34 (its lines of nodes and leases)', () => {
  const [before, after, other] = ['before.prom', 'after.prom', 'other.prom'].map(dump) as [
    ReturnType<typeof dump>,
    ReturnType<typeof dump>,
    ReturnType<typeof dump>,
  ];

  it('tell the age of the server, its nodes and its seats', () => {
    expect(Object.fromEntries(before.objects)).toEqual({ nodes: 25, leases: 30 });
    // The dump was written 376 s after the server's start.
    expect(before.seconds).toBeGreaterThan(370);
    expect(before.seconds).toBeLessThan(377);
    expect(before.seats).toBe(602);
  });

  it('one server before and after is the time between, another one is added', () => {
    const one = measuredFrom([after, before], {});
    expect(one.servers).toBe(1);
    expect(one.seconds).toBeCloseTo(after.seconds - before.seconds, 6);
    const both = measuredFrom([before, after, other], {});
    expect(both).toMatchObject({ servers: 2, seats: 1204, nodes: 25 });
    // Each kubelet renews its lease every 10 s.
    const leases = [...both.loads.values()].find(
      ({ verb, resource }) => verb === 'PUT' && resource === 'leases',
    )!;
    expect(leases.callsPerSecond).toBeGreaterThan(1);
    expect(both.seatsInUse).toBeGreaterThan(0);
    expect(both.seatsInUse).toBeLessThan(5);
  });
});

it('rates of one dump are of the whole life of its server; the servers that were not dumped are like it', () => {
  const counters = serverCounters(metricsOf({ calls: LIST }), 'f');
  const measured = measuredFrom([counters], { nodes: 100, of: 3 });
  expect(measured).toMatchObject({ nodes: 100, servers: 3, seats: 1800, seconds: 100 });
  expect(measured.seatsInUse).toBeCloseTo(18);
  const [load] = [...measured.loads.values()];
  expect(load).toMatchObject({ verb: 'LIST', resource: 'pods', watches: 15 });
  expect(load!.callsPerSecond).toBeCloseTo(90);
  expect(load!.inFlight).toBeCloseTo(18);
});

it('windows of one server add up: they are not two dumps of its life', () => {
  const window = (count: number, seconds: number) => {
    const text = metricsOf({ calls: { 'LIST pods': { count, took: 0.2, watches: 5 } }, seconds });
    return serverCounters(dumpText(serverCounters(text, 'f')), 'f');
  };
  const measured = measuredFrom([window(3_000, 100), window(600, 60)], { nodes: 100 });
  expect(measured).toMatchObject({ servers: 1, seats: 600, seconds: 160 });
  const [load] = [...measured.loads.values()];
  expect(load).toMatchObject({ watches: 5, callsPerSecond: 22.5 });
  expect(load!.inFlight).toBeCloseTo(4.5);
  expect(measured.seatsInUse).toBeCloseTo(4.5);
  // Beside dumps of its life, which are one window more.
  const life = [1_000, 1_040].map((seconds) =>
    serverCounters(metricsOf({ calls: { 'LIST pods': { count: 2 * seconds, took: 0.2 } }, seconds }), 'f'),
  );
  const all = measuredFrom([...life, window(3_000, 100), window(600, 60)], { nodes: 100 });
  expect(all.seconds).toBe(200);
  expect([...all.loads.values()][0]!.callsPerSecond).toBeCloseTo((3_600 + 80) / 200);
});

it('a watch is in flight for as long as the client wants, and takes no seat', () => {
  const calls = { 'WATCH pods': { count: 10, took: 500, watches: 4 } };
  const [load] = [...measuredFrom([serverCounters(metricsOf({ calls }), 'f')], { nodes: 9 }).loads.values()];
  expect(load).toMatchObject({ inFlight: 0, watches: 4 });
});

it.each([
  ['no line of metrics', 'a b c d\n', 'f:1:1'],
  ['HTML', '# c\n<html>\n', 'f:2:1'],
  ['a broken label', 'apiserver_request_total{verb="GET} 1\n', 'f:1:1'],
  ['another program', 'process_start_time_seconds 1\n', 'f'],
  ['nothing', '', 'f'],
])('refuses %s with its place', (_, text, place) => {
  expect(() => serverCounters(text, 'f')).toThrowError(expect.objectContaining({ kind: 'usage', place }));
});

it('reads escapes, timestamps and special numbers', () => {
  const more = 'other{a="x\\"y\\\\z\\n",b="1",} NaN 1796034409000\nanother +Inf\n';
  expect(serverCounters(metricsOf({ calls: LIST }) + more, 'f').sums.size).toBe(1);
});

it.each([
  ['without nodes', [metricsOf({ calls: LIST })], {}, /how many nodes/],
  [
    'two dumps of the same moment',
    [metricsOf({ calls: LIST }), metricsOf({ calls: LIST })],
    { nodes: 9 },
    /apart/,
  ],
  ['a server that has just started', [metricsOf({ calls: LIST, seconds: 1 })], { nodes: 9 }, /apart/],
  [
    'more lives than servers',
    [metricsOf({ calls: LIST }), metricsOf({ calls: LIST, startedAt: 5 })],
    { nodes: 9, of: 1 },
    /lives of one/,
  ],
])('refuses dumps %s', (_, texts, how, words) => {
  expect(() =>
    measuredFrom(
      texts.map((text) => serverCounters(text, 'f')),
      how,
    ),
  ).toThrow(words);
});
