import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { offenderGone, offenderOn } from '../offender.ts';
import { eventually, pause } from '../patience.ts';
import { freshLeases, machinePicture, nodes, objects } from '../truth.ts';
import { unifiedOff, unifiedOn } from '../unified.ts';
import { countsIn, Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const cluster = here();
const AT = 'w1';
const WATCHES = 3;
const fence = (...clients: string[]) => [
  ...['fence', '--on', 'nodes', '--nodes', AT, '--service', '10.96.0.1', '--confirm', 'lab 1', ...clients],
];

const rules = () => cluster.sh(AT, 'nft -s list ruleset');
const offender = async () =>
  countsIn(await cluster.sh(AT, 'tail -qn 1 "$(ls -t /var/log/pods/telemetry_*/agent/*.log | head -n 1)"'));
/** Connections of a process to the API, as `local>peer`. */
const sockets = async (name: string) => {
  const filter = '( dport = :6443 or dport = :443 )';
  const said = await cluster.sh(
    AT,
    `ss -Htnp state established '${filter}' | grep '"${name}"' | awk '{print $3 ">" $4}'`,
  );
  return said.split('\n').filter(Boolean).sort();
};
const podName = async () => {
  const { items } = await objects(
    cluster,
    `pods -n telemetry --field-selector spec.nodeName=${AT},status.phase=Running`,
  );
  return items.map(({ metadata }) => metadata.name);
};

describe('fence --on nodes, on a worker that shows cgroups v2', () => {
  let fireaxe: Fireaxe;
  let neighbour: Watchers;
  beforeAll(async () => {
    const kit = await unifiedOn(cluster, AT);
    fireaxe = new Fireaxe(cluster, kit);
    neighbour = await Watchers.start(cluster, AT, 'cp1', 2);
    // The only burstable pods of the worker; the sleep is for the script that mirrors its group.
    const path = '/api/v1/namespaces/telemetry/configmaps?watch=1';
    await offenderOn(cluster, ['sh', '-c', `sleep 3; exec telemetryd watch -n ${WATCHES} -path '${path}'`], {
      hostNetwork: true,
      requests: { cpu: '10m' },
    });
  });
  afterAll(async () => {
    await neighbour.stop();
    await unifiedOff(cluster, AT);
    await offenderGone(cluster);
  });
  beforeEach(async () => {
    await settled(cluster);
    await eventually('the offender has its watches', async () => (await offender()).open === WATCHES);
    await eventually('the neighbour has its watches', async () => (await neighbour.open()) === 2);
  });
  afterEach(() => fireaxe.restore());

  test('only: the offender loses the API, with the pod that replaces it, and nothing else does', async () => {
    const before = { rules: await rules(), picture: await machinePicture(cluster, AT) };
    const standing = { kubelet: await sockets('kubelet'), proxy: await sockets('kube-proxy') };
    expect(standing.kubelet.length).toBeGreaterThan(0);
    const [name] = await podName();

    await fireaxe.change(fence('--only', '/kubepods/burstable'));
    await eventually('no watch is open', async () => (await offender()).open === 0, 6_000);
    await cluster.asked(`delete pod -n telemetry ${name} --grace-period=1`);
    await eventually('another pod runs', async () => (await podName()).some((now) => now !== name), 60_000);
    await eventually('it is refused', async () => refusals(await offender()) > 3, 30_000);
    expect((await offender()).open).toBe(0);

    expect(await sockets('kubelet')).toEqual(expect.arrayContaining(standing.kubelet));
    expect(await sockets('kube-proxy')).toEqual(expect.arrayContaining(standing.proxy));
    expect(await neighbour.counts()).toMatchObject({ open: 2 });
    expect(await freshLeases(cluster, 15)).toContain(AT);

    await fireaxe.undo('--yes');
    expect(await rules()).toBe(before.rules);
    expect(await machinePicture(cluster, AT)).toBe(before.picture);
  });

  test('except kubelet: everything else loses the API; the kubelet keeps it, also after a restart', async () => {
    const before = { rules: await rules(), picture: await machinePicture(cluster, AT) };
    const kubelet = await sockets('kubelet');
    await fireaxe.change(fence('--except', 'kubelet'));
    await eventually(
      'no watch is open',
      async () => (await offender()).open === 0 && (await neighbour.open()) === 0,
      6_000,
    );
    expect(await sockets('kube-proxy')).toEqual([]);
    expect(await sockets('kubelet')).toEqual(expect.arrayContaining(kubelet));

    await cluster.sh(AT, 'systemctl restart kubelet');
    await pause(20_000);
    expect(await freshLeases(cluster, 15)).toContain(AT);
    expect((await nodes(cluster)).notReady).toEqual([]);
    expect((await offender()).open).toBe(0);
    expect(await neighbour.open()).toBe(0);

    await fireaxe.undo('--yes');
    expect(await rules()).toBe(before.rules);
    expect(await machinePicture(cluster, AT)).toBe(before.picture);
  });
});

/** Connections that ended before a request was made. */
function refusals(counts: Record<string, number>): number {
  return (counts['connection-refused'] ?? 0) + (counts['connection-reset-by-peer'] ?? 0);
}
