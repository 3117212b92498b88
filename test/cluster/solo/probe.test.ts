import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ClusterReading } from '../../../src/probe/types.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { SOLO } from '../layout.ts';
import { eventually } from '../patience.ts';
import { connectionsTo, metrics, readyz } from '../truth.ts';
import { Solo } from './solo.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster, cluster.facts.kit, SOLO);
const solo = new Solo(cluster);
const API = 'kube-apiserver';

const probe = async () => {
  const { code, json } = await fireaxe.run('probe', '--output', 'json');
  const reading = json.reading as unknown as ClusterReading;
  return { code, reading, server: reading.servers[0]! };
};

beforeAll(() => solo.start());
afterAll(() => solo.stop());
afterEach(async () => {
  await solo.sh(`systemctl start ${API}`, 120_000);
  await solo.healthy();
});

test('agrees with /readyz, /metrics and ss where the components are units', async () => {
  const before = await metrics(cluster, SOLO);
  const { code, reading, server } = await probe();
  const after = await metrics(cluster, SOLO);
  expect(code).toBe(0);
  expect(reading).toMatchObject({ answering: 1, of: 1 });
  expect((await readyz(cluster, SOLO)).status).toBe(200);
  expect(server).toMatchObject({ reached: true, livez: 'ok', readyz: 'ok', failing: [], etcd: 'ok' });
  expect(server.startedAt).toBeCloseTo(after.sum('process_start_time_seconds'), 0);
  expect(server.requests).toBeGreaterThanOrEqual(before.sum('apiserver_request_total'));
  expect(server.requests).toBeLessThanOrEqual(after.sum('apiserver_request_total'));
  const memory = after.sum('process_resident_memory_bytes');
  expect(Math.abs(server.memoryBytes! - memory)).toBeLessThan(0.2 * memory);
  const connections = (await connectionsTo(cluster, SOLO)).length;
  expect(Math.abs(server.connections! - connections)).toBeLessThanOrEqual(0.3 * connections);
});

test('tells an API server whose unit is stopped from the etcd that runs beside it', async () => {
  await solo.sh(`systemctl stop ${API}`, 120_000);
  expect((await readyz(cluster, SOLO)).status).toBe(0);
  const { code, reading, server } = await probe();
  expect(code).toBe(3);
  expect(reading).toMatchObject({ answering: 0, of: 1 });
  expect(server).toMatchObject({ reached: true, readyz: 'no-answer', livez: 'no-answer', etcd: 'ok' });
});

test('sees an API server die, and that the one that comes back is a new one', async () => {
  const first = (await probe()).server.startedAt!;
  await solo.sh(`systemctl kill -s KILL ${API}`);
  // systemd starts it again after five seconds.
  const dead = await probe();
  expect(dead.code).toBe(3);
  expect(dead.server.readyz).toMatch(/no-answer|failing/);

  await eventually('probe says ok', async () => (await probe()).code === 0, 90_000, 1_000);
  expect((await readyz(cluster, SOLO)).status).toBe(200);
  const { startedAt } = (await probe()).server;
  expect(startedAt).toBeGreaterThan(first);
  expect(startedAt).toBeCloseTo((await metrics(cluster, SOLO)).sum('process_start_time_seconds'), 0);
});
