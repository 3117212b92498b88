import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { asBefore, restarted } from '../api-server.ts';
import { Balancer } from '../balancer.ts';
import { Fireaxe, outcomeOf, readingOf, runOf } from '../fireaxe.ts';
import { playbook } from '../gate.ts';
import { here } from '../here.ts';
import { PORT } from '../layout.ts';
import { eventually } from '../patience.ts';
import { Replaced } from '../replaced.ts';
import { machinePicture, metrics } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const AT = 'cp3';
const FENCE = ['fence', '--nodes', AT, '--confirm', 'lab 1'];

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const files = new Replaced(cluster, AT);
const balancer = new Balancer(cluster, AT);
const { address } = cluster.at(AT).spec;
const VIRTUAL = `${cluster.facts.net}.201`;

const bound = (manifest: string) =>
  manifest.replace(/^( +)- kube-apiserver$/m, `$1- kube-apiserver\n$1- --bind-address=${address}`);
const open = (watchers: Watchers, count: number) =>
  eventually(`${count} watches are open`, async () => (await watchers.open()) === count, 60_000);

const upstream = (count: number) =>
  eventually(
    `${count} connections to API servers`,
    async () => (await balancer.upstream()) === count,
    10_000,
  );

beforeAll(async () => {
  await settled(cluster);
  await restarted(cluster, AT, files, bound, `${address}:${PORT}`);
  const loopback = await cluster.at(AT).sh(`curl -sSk https://127.0.0.1:${PORT}/readyz`);
  expect(loopback.stderr).toMatch(/refused|Couldn't connect/);
});
afterEach(async () => {
  await fireaxe.restore();
  await balancer.stop();
  await cluster.sh(AT, `ip addr del ${VIRTUAL}/32 dev host0`);
});
afterAll(async () => {
  await asBefore(cluster, AT, files);
  await settled(cluster);
});

test('probe, kubectl, fence and readmit find the server at its address', async () => {
  const low = await metrics(cluster, AT);
  const ended = await fireaxe.run('probe', '--output', 'json');
  const high = await metrics(cluster, AT);
  expect(ended.code).toBe(0);
  const server = readingOf(ended).servers.find(({ node }) => node === AT)!;
  expect(server).toMatchObject({ livez: 'ok', readyz: 'ok', address });
  expect(server.requests).toBeGreaterThanOrEqual(low.sum('apiserver_request_total'));
  expect(server.requests).toBeLessThanOrEqual(high.sum('apiserver_request_total'));

  const ask = { id: 'ask', action: 'kubectl', on: `name=${AT}`, with: { get: '/version' } };
  const asked = await fireaxe.change(['run', playbook(cluster, 'ask', [ask]), '--yes']);
  expect(outcomeOf(asked).stdout).toContain('"gitVersion": "v1.34.');

  const watchers = await Watchers.start(cluster, 'w1', AT, 5);
  try {
    await open(watchers, 5);
    const picture = await machinePicture(cluster, AT);
    const fenced = await fireaxe.change(FENCE);
    await open(watchers, 0);
    // Its gate needs all three servers.
    await fireaxe.change(['readmit', '--nodes', 'w1', '--gate-for', '2s', '--confirm', 'lab 3']);
    await open(watchers, 5);
    await fireaxe.change(['undo', runOf(fenced), '--yes']);
    expect(await machinePicture(cluster, AT)).toEqual(picture);
  } finally {
    await watchers.stop();
  }
});

test('a balancer on the same port, at another address: probe reads the server, fence cuts clients of both', async () => {
  await cluster.sh(AT, `ip addr add ${VIRTUAL}/32 dev host0`);
  await balancer.start(`${VIRTUAL}:${PORT}`, ['cp1']);
  const watchers = [
    await Watchers.start(cluster, 'w1', AT, 5),
    await Watchers.start(cluster, 'w1', `${VIRTUAL}:${PORT}`, 5),
  ];
  try {
    for (const one of watchers) await open(one, 5);
    await upstream(5);
    const ended = await fireaxe.run('probe', '--nodes', AT, '--output', 'json');
    expect(readingOf(ended).servers[0]).toMatchObject({ readyz: 'ok', address });
    await fireaxe.change(FENCE);
    for (const one of watchers) await open(one, 0);
    await upstream(0);
    await fireaxe.undo('--yes');
    for (const one of watchers) await open(one, 5);
  } finally {
    for (const one of watchers) await one.stop();
  }
});
