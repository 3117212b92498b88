import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { WORKERS } from '../layout.ts';
import { offenderGone, offenderOn } from '../offender.ts';
import { eventually, pause } from '../patience.ts';
import { freshLeases, machinePicture, nodes, objects } from '../truth.ts';
import { countsIn, Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const USER = 4242;
const SERVICE = '10.96.0.1';
const WATCHES = 3;
const fence = (...clients: string[]) => [
  ...['fence', '--on', 'nodes', '-l', 'role=worker,kind!=hollow', '--service', SERVICE],
  ...['--confirm', 'lab 2', ...clients],
];

const rules = () => Promise.all(WORKERS.map((at) => cluster.sh(at, 'nft -s list ruleset')));
const pictures = () => Promise.all(WORKERS.map((at) => machinePicture(cluster, at)));
/** The offender's own counts on a node: open watches, and how others ended. */
const counts = async (at: string) =>
  countsIn(await cluster.sh(at, 'tail -qn 1 "$(ls -t /var/log/pods/telemetry_*/agent/*.log | head -n 1)"'));
const open = () => Promise.all(WORKERS.map(async (at) => (await counts(at)).open));
const allOpen = () =>
  eventually('the offender has its watches', async () => (await open()).every((n) => n === WATCHES), 60_000);
/** Local ports of the established connections to the API of a process, by its name. */
const sockets = async (at: string, name: string) => {
  const said = await cluster.sh(
    at,
    `ss -Htnp state established '( dport = :6443 or dport = :443 )' | grep '"${name}"' | awk '{print $3}'`,
  );
  return said.split('\n').filter(Boolean).sort();
};
const pods = async () => {
  const { items } = await objects<{ status: { phase: string } }>(
    cluster,
    'pods -n telemetry -l app=telemetry-agent --field-selector status.phase=Running',
  );
  return items
    .filter(({ spec }) => WORKERS.includes(String(spec.nodeName)))
    .map(({ metadata }) => metadata.name);
};

describe('fence --on nodes', () => {
  const neighbours: Watchers[] = [];
  beforeAll(async () => {
    // A fence on nodes sees only what the node itself sends, so the offender's pods have the host's network.
    await offenderOn(
      cluster,
      [
        'telemetryd',
        'watch',
        '-n',
        String(WATCHES),
        '-path',
        '/api/v1/namespaces/telemetry/configmaps?watch=1',
      ],
      { hostNetwork: true, user: USER },
    );
    for (const at of WORKERS) neighbours.push(await Watchers.start(cluster, at, 'cp1', 2));
  });
  afterAll(async () => {
    for (const neighbour of neighbours) await neighbour.stop();
    await offenderGone(cluster);
  });
  beforeEach(async () => {
    await settled(cluster);
    await allOpen();
  });
  afterEach(() => fireaxe.restore());

  test('user: only the offender loses the API, with each pod that replaces it, until undo', async () => {
    const before = { rules: await rules(), pictures: await pictures() };
    const kubelets = await Promise.all(WORKERS.map((at) => sockets(at, 'kubelet')));
    for (const of of kubelets) expect(of.length).toBeGreaterThan(0);

    await fireaxe.change(fence('--user', String(USER)));
    // Before a keepalive packet could have met the rule: the sockets are closed.
    await eventually('no watch is open', async () => (await open()).every((n) => n === 0), 6_000);
    for (const at of WORKERS)
      expect(await cluster.sh(at, `ss -Htne state established | grep uid:${USER}`)).toBe('');

    const names = await pods();
    expect(names).toHaveLength(2);
    await cluster.asked(`delete pod -n telemetry ${names.join(' ')} --grace-period=1`, { timeoutMs: 60_000 });
    await eventually(
      'their replacements run',
      async () => (await pods()).filter((name) => !names.includes(name)).length === 2,
      60_000,
    );
    await eventually(
      'the replacements are refused',
      async () =>
        (await Promise.all(WORKERS.map(counts))).every(
          (seen) => (seen['connection-refused'] ?? 0) + (seen['connection-reset-by-peer'] ?? 0) > 3,
        ),
      30_000,
    );
    expect(await open()).toEqual([0, 0]);

    // The kubelet and a neighbour of another user have the same connections as before, and the leases are new.
    for (const [i, at] of WORKERS.entries()) {
      expect(await sockets(at, 'kubelet')).toEqual(expect.arrayContaining(kubelets[i]!));
      expect(await neighbours[i]!.counts()).toEqual({ open: 2 });
    }
    await pause(5_000);
    expect(await freshLeases(cluster, 15)).toEqual(expect.arrayContaining(WORKERS));
    expect((await nodes(cluster)).notReady).toEqual([]);

    await fireaxe.undo('--yes');
    expect(await rules()).toEqual(before.rules);
    expect(await pictures()).toEqual(before.pictures);
    await allOpen();
  });

  test('only, except: refuses where cgroups are v1, and changes nothing', async () => {
    const before = { rules: await rules(), pictures: await pictures() };
    for (const flag of ['--only', '--except']) {
      const ended = await fireaxe.run(...fence(flag, 'kubelet'), '--reason', 'cluster test');
      expect(ended.code).not.toBe(0);
      expect(ended.stdout + ended.stderr).toContain('no cgroup v2 at /sys/fs/cgroup');
    }
    expect(await rules()).toEqual(before.rules);
    expect(await pictures()).toEqual(before.pictures);
    expect(await open()).toEqual([WATCHES, WATCHES]);
  });
});
