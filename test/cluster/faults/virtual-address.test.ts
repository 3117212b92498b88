import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fireaxe, readingOf, runOf } from '../fireaxe.ts';
import { here } from '../here.ts';
import { addressOf, CONTROL_PLANE, PORT } from '../layout.ts';
import { eventually } from '../patience.ts';
import { machinePicture, peersOf } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const AT = 'cp3';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
/** As kube-vip and keepalived give it to one of the hosts. */
const VIRTUAL = `${cluster.facts.net}.200`;
const own = CONTROL_PLANE.map((name) => addressOf(cluster.facts.net, name));

/** Watches by that address: of a worker, of another control-plane host, of the host itself. */
const watchers: Record<string, Watchers> = {};
const open = (at: string, count: number) =>
  eventually(
    `${count} watches of ${at} are open`,
    async () => (await watchers[at]!.open()) === count,
    60_000,
  );

beforeAll(async () => {
  await settled(cluster);
  await cluster.sh(AT, `ip addr add ${VIRTUAL}/32 dev host0`);
  for (const at of ['w1', 'cp1', AT]) {
    watchers[at] = await Watchers.start(cluster, at, `${VIRTUAL}:${PORT}`, 5);
    await open(at, 5);
  }
});
afterAll(async () => {
  await fireaxe.restore();
  for (const one of Object.values(watchers)) await one.stop();
  await cluster.sh(AT, `ip addr del ${VIRTUAL}/32 dev host0`);
  await settled(cluster);
});

test('fence cuts who comes by it, but the control plane; probe and readmit work', async () => {
  const before = await machinePicture(cluster, AT);
  const fenced = await fireaxe.change(['fence', '--nodes', AT, '--confirm', 'lab 1']);
  await open('w1', 0);
  expect(await watchers.cp1!.open()).toBe(5);
  expect(await watchers[AT]!.open()).toBe(5);
  const strangers = (await peersOf(cluster, AT)).filter(
    (peer) => ![...own, VIRTUAL, '127.0.0.1', '::1'].includes(peer) && !peer.startsWith('10.244.'),
  );
  expect(strangers).toEqual([]);

  const ended = await fireaxe.run('probe', '--output', 'json');
  expect(ended.code).toBe(0);
  const server = readingOf(ended).servers.find(({ node }) => node === AT);
  expect(server).toMatchObject({ readyz: 'ok', inForce: [{ kind: 'fenced', run: runOf(fenced) }] });

  await fireaxe.change(['readmit', '--nodes', 'w1', '--gate-for', '2s', '--confirm', 'lab 3']);
  await open('w1', 5);
  await fireaxe.change(['undo', runOf(fenced), '--yes']);
  expect(await machinePicture(cluster, AT)).toEqual(before);
});
