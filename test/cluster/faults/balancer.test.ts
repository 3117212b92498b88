import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Balancer } from '../balancer.ts';
import { Fireaxe, outcomeOf, runOf } from '../fireaxe.ts';
import { here } from '../here.ts';
import { kitCopy } from '../kit-copy.ts';
import { addressOf, CONTROL_PLANE, PORT } from '../layout.ts';
import { eventually } from '../patience.ts';
import { machinePicture, objects, onControlPlane, peersOf, readyz } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const AT = 'cp3';
const FRONT = 8443;

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const told = new Fireaxe(
  cluster,
  kitCopy(cluster, 'kit-balancer', {
    kit: ({ clusters }) => {
      clusters.lab!.kubernetes = { clientPorts: [FRONT] };
    },
  }),
);
const balancer = new Balancer(cluster, AT);
const front = `${cluster.at(AT).spec.address}:${FRONT}`;
const own = CONTROL_PLANE.map((name) => addressOf(cluster.facts.net, name));
const pictures = () => onControlPlane((at) => machinePicture(cluster, at));
const lease = async () => {
  const { items } = await objects(
    cluster,
    'leases -n kube-system --field-selector metadata.name=kube-scheduler',
  );
  return String(items[0]?.spec.renewTime);
};

/** Watches of a worker past the balancer and by it, and of the host itself by it. */
let direct: Watchers | undefined;
let byFront: Watchers | undefined;
let hosts: Watchers | undefined;
const open = (what: string, watchers: Watchers | undefined, count: number) =>
  eventually(`${count} watches ${what} are open`, async () => (await watchers?.open()) === count, 60_000);
const upstream = (count: number) =>
  eventually(
    `${count} connections to API servers`,
    async () => (await balancer.upstream()) === count,
    10_000,
  );
const allOpen = async () => {
  await open('past the balancer', direct, 5);
  await open('by the balancer', byFront, 5);
  await open('of the host', hosts, 5);
};

beforeAll(async () => {
  await settled(cluster);
  await balancer.start(`*:${FRONT}`, CONTROL_PLANE);
  direct = await Watchers.start(cluster, 'w1', AT, 5);
  byFront = await Watchers.start(cluster, 'w1', front, 5);
  hosts = await Watchers.start(cluster, AT, front, 5);
  await allOpen();
  // The API servers see the balancer's clients under its host's address.
  await upstream(10);
});
afterEach(async () => {
  await told.restore();
  await fireaxe.restore();
});
afterAll(async () => {
  for (const watchers of [direct, byFront, hosts]) await watchers?.stop();
  await balancer.stop();
  await settled(cluster);
});

test('fence names a balancer whose port the kit does not name, and leaves its clients', async () => {
  const before = await machinePicture(cluster, AT);
  const fenced = await fireaxe.change(['fence', '--nodes', AT, '--confirm', 'lab 1']);
  expect(outcomeOf(fenced).result).toMatchObject({
    data: { proxies: `${FRONT}:haproxy` },
    note: expect.stringContaining(`clients may come by haproxy on port ${FRONT}, which is not fenced`),
  });
  await open('past the balancer', direct, 0);
  expect(await byFront?.open()).toBe(5);
  const verified = await fireaxe.run('verify', 'last', '--output', 'json');
  expect(verified.stdout).toContain(`haproxy on port ${FRONT}, which is not fenced`);
  await fireaxe.undo('--yes');
  await allOpen();
  expect(await machinePicture(cluster, AT)).toEqual(before);
});

test('with its port in the kit, fence cuts its clients, and not the host; readmit lets one in by both ports', async () => {
  const before = await pictures();
  const fenced = await told.change(['fence', '--pause-controllers', '--confirm', 'lab 3']);
  await open('past the balancer', direct, 0);
  await open('by the balancer', byFront, 0);
  expect(JSON.stringify(fenced.json.outcomes)).not.toContain('proxies');
  expect(await hosts?.open()).toBe(5);
  await upstream(5);
  for (const peer of await peersOf(cluster, AT, FRONT)) expect(own).toContain(peer);
  for (const at of CONTROL_PLANE) expect((await readyz(cluster, at)).status).toBe(200);
  const renewed = await lease();
  await eventually('the scheduler renews its lease', async () => (await lease()) !== renewed, 15_000);

  await told.change(['readmit', '--nodes', 'w1', '--gate-for', '2s', '--confirm', 'lab 3']);
  await allOpen();
  const hollow = cluster.facts.hollow.map((node) => node.address);
  const seen = Object.values(await onControlPlane((at) => peersOf(cluster, at, PORT))).flat();
  expect(seen.filter((peer) => hollow.includes(peer))).toEqual([]);

  await told.change(['undo', runOf(fenced), '--yes']);
  expect(await pictures()).toEqual(before);
  await settled(cluster);
});
