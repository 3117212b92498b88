import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { full } from '../full.ts';
import { here } from '../here.ts';
import { addressOf, CONTROL_PLANE } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import {
  connectionsTo,
  endpoints,
  freshLeases,
  lasting,
  machinePicture,
  nodes,
  onControlPlane,
  peersOf,
  readyz,
  running,
} from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const CONSENT = ['--confirm', 'lab 3'];
const own = CONTROL_PLANE.map((name) => addressOf(cluster.facts.net, name));
const pictures = () => onControlPlane((at) => machinePicture(cluster, at));
/** Connections of control-plane nodes to this one: to its API server and its etcd member. */
const inner = async (at: string) => {
  const ends = [...(await connectionsTo(cluster, at)), ...(await connectionsTo(cluster, at, 2380))];
  return ends.filter((end) => own.some((address) => end.startsWith(`${address}:`)));
};
const containersOf = (name: string) =>
  onControlPlane(async (at) => (await running(cluster, at, name)).map(({ id }) => id));

describe('fence', () => {
  const watchers: Watchers[] = [];
  beforeAll(async () => {
    for (const server of CONTROL_PLANE) watchers.push(await Watchers.start(cluster, 'w1', server, 5));
  });
  afterAll(async () => {
    for (const watcher of watchers) await watcher.stop();
  });
  const open = () => Promise.all(watchers.map((watcher) => watcher.open()));
  const allOpen = () =>
    eventually('all watches are open', async () => (await open()).every((n) => n === 5), 90_000);
  afterEach(() => fireaxe.restore());
  beforeEach(async () => {
    await settled(cluster);
    await allOpen();
  });

  test('after a pause: cuts long watches, keeps the connections of the control plane, loses no endpoint', async () => {
    const before = await pictures();
    // A step of its own: the pause ends connections of the controller-manager, the fence must end none.
    const paused = await fireaxe.change(['pause', '--yes']);
    const standing = {
      inner: await onControlPlane((at) => lasting(() => inner(at))),
      etcd: await containersOf('etcd'),
    };
    // An operator's session that stays open throughout.
    const ssh = cluster.at('cp1').sh('i=0; while [ $i -lt 60 ]; do date +%s; sleep 1; i=$((i+1)); done', {
      timeoutMs: 90_000,
    });
    const fenced = await fireaxe.change(['fence', ...CONSENT]);

    await eventually('no watch is open', async () => (await open()).every((n) => n === 0), 15_000);
    for (const at of CONTROL_PLANE) {
      const strangers = (await peersOf(cluster, at)).filter(
        (peer) => ![...own, '127.0.0.1', '::1'].includes(peer) && !peer.startsWith('10.244.'),
      );
      expect(strangers).toEqual([]);
      expect((await readyz(cluster, at)).status).toBe(200);
    }
    // The same connections, not new ones.
    const after = await onControlPlane(inner);
    for (const at of CONTROL_PLANE) {
      expect(after[at]).toEqual(expect.arrayContaining(standing.inner[at]!));
    }
    expect(await containersOf('etcd')).toEqual(standing.etcd);

    // Longer than the grace period of a node that does not report.
    const until = Date.now() + 75_000;
    while (Date.now() < until) {
      expect(await endpoints(cluster, 'shop')).toEqual({ ready: 40, notReady: 0 });
      expect((await nodes(cluster)).tainted).toEqual([]);
      await pause(5_000);
    }
    const leases = await freshLeases(cluster);
    expect(leases).toEqual([...CONTROL_PLANE]);
    const beats = (await ssh).stdout.trim().split('\n').map(Number);
    expect(beats.length).toBe(60);

    await fireaxe.change(['undo', runOf(fenced), '--yes']);
    await allOpen();
    await eventually(
      'all kubelets renew their leases',
      async () => (await freshLeases(cluster)).length === 5 + cluster.facts.hollow.length,
      90_000,
    );
    await fireaxe.change(['undo', runOf(paused), '--yes']);
    await settled(cluster);
    expect(await pictures()).toEqual(before);
  });

  // What Kubernetes does, not what Fireaxe does.
  if (full)
    test('without a pause: the controller-manager marks every fenced node not ready, and all endpoints are lost', async () => {
      const before = await pictures();
      await fireaxe.change(['fence', ...CONSENT]);
      const took = await eventually(
        'every endpoint is lost',
        async () => (await endpoints(cluster, 'shop')).ready === 0,
        150_000,
        2_000,
      );
      const { notReady, tainted } = await nodes(cluster);
      expect(notReady).toHaveLength(2 + cluster.facts.hollow.length);
      expect(tainted).toEqual(notReady);
      console.log(
        `without a pause all 40 endpoints were not ready ${Math.round(took / 1000)} s after the fence`,
      );

      await fireaxe.undo('--yes');
      await settled(cluster);
      expect(await pictures()).toEqual(before);
    });
});
