import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { here } from '../here.ts';
import { addressOf, FAR, HOLLOW_HOST, SOLO } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { connectionsTo, freshLeases, lasting, nodes, peersOf, readyz } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { Solo } from './solo.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster, cluster.facts.kit, SOLO);
const solo = new Solo(cluster);
const CONSENT = ['--confirm', 'solo 1'];
const far = addressOf(cluster.facts.net, HOLLOW_HOST);
let watchers: Watchers;

const farIsConnected = async () => (await peersOf(cluster, SOLO)).includes(far);
const pids = (...units: string[]) => Promise.all(units.map((unit) => solo.pid(unit)));
/** Connections of the components on the machine itself: over loopback, and of the API server to etcd. */
const inner = async () =>
  [...(await connectionsTo(cluster, SOLO)), ...(await connectionsTo(cluster, SOLO, 2379))].filter((end) =>
    end.startsWith('127.0.0.1:'),
  );
const allOpen = () => eventually('all watches are open', async () => (await watchers.open()) === 5, 60_000);

beforeAll(async () => {
  await solo.start();
  watchers = await Watchers.start(cluster, HOLLOW_HOST, SOLO, 5);
});
afterAll(async () => {
  await watchers.stop();
  await solo.stop();
});
beforeEach(async () => {
  await solo.healthy();
  await allOpen();
});
afterEach(() => fireaxe.restore());

test('after a pause: cuts clients, keeps etcd, scheduler and SSH, marks no node; readmit lets them in', async () => {
  const before = await solo.picture();
  const paused = await fireaxe.change(['pause', '--yes']);
  // The connections of the controller-manager end with it.
  await eventually('its connections are gone', async () => {
    return (
      (await solo.sh("ss -Htnp state established '( dport = :6443 )' | grep -c kube-controller")) === '0'
    );
  });
  const standing = {
    inner: await lasting(inner),
    pids: await pids('etcd', 'kube-apiserver', 'kube-scheduler'),
  };
  // An operator's session that stays open throughout.
  const ssh = cluster.at(SOLO).sh('i=0; while [ $i -lt 60 ]; do date +%s; sleep 1; i=$((i+1)); done', {
    timeoutMs: 90_000,
  });
  const fenced = await fireaxe.change(['fence', ...CONSENT]);
  await eventually('no watch is open', async () => (await watchers.open()) === 0, 15_000);
  expect(await farIsConnected()).toBe(false);
  expect((await readyz(cluster, SOLO)).status).toBe(200);

  // Longer than the grace period of a node that does not report.
  const until = Date.now() + 65_000;
  while (Date.now() < until) {
    expect(await nodes(cluster, SOLO)).toEqual({ ready: [FAR, SOLO], notReady: [], tainted: [] });
    await pause(5_000);
  }
  expect(await freshLeases(cluster, 40, SOLO)).toEqual([SOLO]);
  expect(await inner()).toEqual(expect.arrayContaining(standing.inner));
  expect(await pids('etcd', 'kube-apiserver', 'kube-scheduler')).toEqual(standing.pids);
  expect((await ssh).stdout.trim().split('\n')).toHaveLength(60);

  await fireaxe.change(['readmit', '--batch', '1', ...CONSENT]);
  await eventually('the far node is connected', farIsConnected, 60_000);
  await eventually(
    'its lease is fresh',
    async () => (await freshLeases(cluster, 40, SOLO)).length === 2,
    90_000,
  );
  await fireaxe.change(['undo', runOf(fenced), '--yes']);
  await fireaxe.change(['undo', runOf(paused), '--yes']);
  await solo.healthy();
  expect(await solo.picture()).toEqual(before);
});

test('without a pause: the controller-manager, over loopback, marks the fenced node not ready', async () => {
  const manager = await solo.pid('kube-controller-manager');
  const { stdout, stderr } = await fireaxe.run('fence', '--dry-run');
  expect(stdout + stderr).toContain('kube-controller-manager runs here');
  await fireaxe.change(['fence', ...CONSENT]);
  await eventually(
    'the far node is tainted',
    async () => (await nodes(cluster, SOLO)).tainted.join() === FAR,
    120_000,
    2_000,
  );
  expect((await nodes(cluster, SOLO)).notReady).toEqual([FAR]);
  expect(await solo.pid('kube-controller-manager')).toBe(manager);
  await fireaxe.undo('--yes');
  await solo.healthy();
});
