import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { here } from '../here.ts';
import { eventually, pause } from '../patience.ts';
import { endpoints, freshLeases, onControlPlane, peersOf, readyz } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const clients = [
  ...cluster.workers.map(({ spec }) => spec.address),
  ...cluster.facts.hollow.map((n) => n.address),
];

/** How many clients have a connection to an API server. */
const connected = async () => {
  const peers = new Set(Object.values(await onControlPlane((at) => peersOf(cluster, at))).flat());
  return clients.filter((address) => peers.has(address)).length;
};

beforeEach(() => settled(cluster));
afterEach(() => fireaxe.restore());

test('readmits clients batch by batch; the servers stay ready, and no endpoint is lost', async () => {
  const fenced = await fireaxe.change(['fence', '--pause-controllers', '--confirm', 'lab 3']);
  await eventually('no client is connected', async () => (await connected()) === 0, 15_000);

  const seen: { at: number; clients: number; servers: number[] }[] = [];
  let over = false;
  const began = Date.now();
  const watching = (async () => {
    while (!over) {
      const clients = await connected();
      const ready = await onControlPlane((at) => readyz(cluster, at));
      const servers = Object.values(ready).map(({ status }) => status);
      seen.push({ at: Math.round((Date.now() - began) / 1000), clients, servers });
      await pause(1_000);
    }
  })();
  try {
    await fireaxe.change(['readmit', '--batch', '25%', '--confirm', 'lab 3']);
  } finally {
    over = true;
    await watching;
  }
  console.log(`clients connected, by second: ${seen.map(({ at, clients }) => `${at}:${clients}`).join(' ')}`);
  await eventually('every client is connected', async () => (await connected()) === clients.length, 60_000);
  expect(seen.filter(({ servers }) => servers.some((status) => status !== 200))).toEqual([]);
  // Batch by batch: at least two readings between none and all.
  const steps = new Set(seen.map(({ clients }) => clients).filter((n) => n > 0 && n < clients.length));
  expect(steps.size).toBeGreaterThanOrEqual(2);
  await eventually(
    'all kubelets renew their leases',
    async () => (await freshLeases(cluster)).length === 5 + cluster.facts.hollow.length,
    60_000,
  );
  expect(await endpoints(cluster, 'shop')).toEqual({ ready: 40, notReady: 0 });

  await fireaxe.change(['undo', runOf(fenced), '--yes']);
  await settled(cluster);
});
