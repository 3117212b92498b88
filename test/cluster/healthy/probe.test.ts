import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClusterReading } from '../../../src/probe/types.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { eventually } from '../patience.ts';
import { connectionsTo, metrics, onControlPlane, readyz } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';

const probe = async () => {
  const { code, json } = await fireaxe.run('probe', '--output', 'json');
  return { code, reading: json.reading as unknown as ClusterReading };
};

beforeEach(() => settled(cluster));
afterEach(() => cluster.sh('cp3', `[ ! -e /root/moved.yaml ] || mv /root/moved.yaml ${MANIFEST}`));

test('agrees with /readyz, /metrics and ss on a healthy control plane', async () => {
  const before = await onControlPlane((at) => metrics(cluster, at));
  const { code, reading } = await probe();
  const after = await onControlPlane((at) => metrics(cluster, at));
  expect(code).toBe(0);
  expect(reading).toMatchObject({ answering: 3, of: 3 });
  for (const server of reading.servers) {
    const [low, high] = [before[server.node]!, after[server.node]!];
    expect((await readyz(cluster, server.node)).status).toBe(200);
    expect(server).toMatchObject({ reached: true, livez: 'ok', readyz: 'ok', failing: [], etcd: 'ok' });
    expect(server.startedAt).toBeCloseTo(low.sum('process_start_time_seconds'), 0);
    expect(server.requests).toBeGreaterThanOrEqual(low.sum('apiserver_request_total'));
    expect(server.requests).toBeLessThanOrEqual(high.sum('apiserver_request_total'));
    const memory = high.sum('process_resident_memory_bytes');
    expect(Math.abs(server.memoryBytes! - memory)).toBeLessThan(0.2 * memory);
    const connections = (await connectionsTo(cluster, server.node)).length;
    expect(Math.abs(server.connections! - connections)).toBeLessThanOrEqual(0.3 * connections);
  }
});

test('says which server does not answer', async () => {
  await cluster.sh('cp3', `mv ${MANIFEST} /root/moved.yaml`);
  await eventually(
    'the API server of cp3 is gone',
    async () => (await readyz(cluster, 'cp3')).status === 0,
    60_000,
  );
  const { code, reading } = await probe();
  expect(code).toBe(3);
  expect(reading).toMatchObject({ answering: 2, of: 3 });
  const byNode = Object.fromEntries(reading.servers.map((server) => [server.node, server]));
  expect(byNode.cp3).toMatchObject({ reached: true, readyz: 'no-answer', livez: 'no-answer' });
  expect(byNode.cp1).toMatchObject({ readyz: 'ok' });
  expect(byNode.cp2).toMatchObject({ readyz: 'ok' });
});
