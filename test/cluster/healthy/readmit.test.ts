import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { gateRecords, playbook } from '../gate.ts';
import { here } from '../here.ts';
import { WORKERS } from '../layout.ts';
import { errorShare, requestsOf } from '../load.ts';
import { eventually, pause } from '../patience.ts';
import { Throttled } from '../throttled.ts';
import { endpoints, freshLeases, onControlPlane, peersOf, readyz, running } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const clients = [
  ...cluster.workers.map(({ spec }) => spec.address),
  ...cluster.facts.hollow.map((n) => n.address),
];

/** Which clients have a connection to an API server. */
const connectedNow = async () => {
  const peers = new Set(Object.values(await onControlPlane((at) => peersOf(cluster, at))).flat());
  return clients.filter((address) => peers.has(address));
};
const connected = async () => (await connectedNow()).length;
const managers = async () =>
  Object.values(await onControlPlane((at) => running(cluster, at, 'kube-controller-manager'))).flat();
/** Largest share of errors, in percent, with which a gate opens. */
const LIMIT = 20;

const throttled = new Throttled(cluster);
beforeAll(() => throttled.prepare());
afterAll(() => throttled.remove());
beforeEach(() => settled(cluster));
afterEach(async () => {
  await throttled.stop();
  await fireaxe.restore();
  await settled(cluster);
});

test('readmits clients batch by batch; the servers stay ready, and no endpoint is lost', async () => {
  const fenced = await fireaxe.change(['fence', '--pause-controllers', '--confirm', 'lab 3']);
  expect(await managers()).toEqual([]);
  await eventually('no client is connected', async () => (await connected()) === 0, 15_000);

  const before = await requestsOf(cluster);
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
  const after = await requestsOf(cluster);
  console.log(`clients connected, by second: ${seen.map(({ at, clients }) => `${at}:${clients}`).join(' ')}`);
  // Each kubelet lists and watches what it needs again, and the servers bear it.
  const [lists, watches] = [after.lists - before.lists, after.watches - before.watches];
  console.log(`lists ${lists}, watches ${watches}, errors ${errorShare(before, after).toFixed(1)}%`);
  expect(lists + watches).toBeGreaterThanOrEqual(4 * clients.length);
  expect(errorShare(before, after)).toBeLessThan(LIMIT);
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

test('fences a batch again that overloads the servers, and keeps the batch before it', async () => {
  const fenced = await fireaxe.change(['fence', '--pause-controllers', '--confirm', 'lab 3']);
  await eventually('no client is connected', async () => (await connected()) === 0, 15_000);
  const steps = [
    {
      id: 'readmit',
      action: 'readmit',
      on: 'role=control-plane',
      clients: { of: 'role=worker,kind!=hollow', batch: '50%' },
      gate: { answering: '100%', maxErrors: `${LIMIT}%`, for: '4s', within: '15s', every: '1s' },
    },
  ];
  // The workers are the batches, in this order; the second one comes back with a flood.
  const [first, second] = WORKERS.map((name) => cluster.at(name).spec);
  await throttled.start(second!.name, 'cp3', 40);

  const going = fireaxe.start(
    ...['run', playbook(cluster, 'too-much', steps), '--confirm', 'lab 3'],
    ...['--reason', 'cluster test', '--output', 'json'],
  );
  await eventually(
    'the second worker is connected',
    async () => (await connectedNow()).includes(second!.address),
    60_000,
  );
  const during = await requestsOf(cluster);
  await pause(4_000);
  const flooded = errorShare(during, await requestsOf(cluster));
  const ended = await going.ended;
  expect(ended.code, ended.stderr).toBe(7);
  expect(flooded).toBeGreaterThan(LIMIT);
  const [opened, failed] = ['readmit.1', 'readmit.2'].map(
    (step) => gateRecords(fireaxe.journal(), step).at(-1)!,
  );
  expect(opened!.state).toBe('open');
  expect(failed!.state).toBe('failed');

  expect(await connectedNow()).toEqual([first!.address]);
  const quiet = await requestsOf(cluster);
  await pause(4_000);
  expect(errorShare(quiet, await requestsOf(cluster))).toBeLessThan(LIMIT);
  expect(await endpoints(cluster, 'shop')).toEqual({ ready: 40, notReady: 0 });

  await throttled.stop();
  await fireaxe.change(['undo', runOf(fenced), '--yes']);
});
