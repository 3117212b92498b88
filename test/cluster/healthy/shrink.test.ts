import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunVerdict } from '../../../src/run/types.ts';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { here } from '../here.ts';
import { kitCopy } from '../kit-copy.ts';
import { WORKERS } from '../layout.ts';
import { offenderGone, offenderOn } from '../offender.ts';
import { eventually, pause } from '../patience.ts';
import { endpoints, machinePicture, nodes, objects, running } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const OFFENDER = 'telemetryd -n 0';
const shrink = (...more: string[]) => [
  ...['shrink', '-l', 'role=worker,kind!=hollow', '--cmdline', OFFENDER, '--yes', ...more],
];

const pictures = () => Promise.all(WORKERS.map((at) => machinePicture(cluster, at)));
/** What systemd says of the kubelet, and the state of the offender's processes. */
const held = (at: string) =>
  cluster.sh(
    at,
    `systemctl show kubelet --property=LoadState,ActiveState --value | xargs; ps -eo stat=,args= | grep -F '${OFFENDER}' | grep -v grep | cut -c1`,
  );
const HELD = 'masked inactive\nT';
const FREE = 'loaded active\nS';
const renewed = async (at: string) => {
  const { items } = await objects(cluster, `leases -n kube-node-lease --field-selector metadata.name=${at}`);
  return String(items[0]?.spec.renewTime);
};
const startedAt = async (at: string) =>
  Number(await cluster.sh(at, 'systemctl show kubelet --property=ActiveEnterTimestampMonotonic --value')) /
  1_000_000;
const containers = async () =>
  (await Promise.all(WORKERS.map((at) => running(cluster, at, '(web|kube-proxy)')))).flat();

describe('shrink', () => {
  beforeAll(() => offenderOn(cluster, OFFENDER.split(' ')));
  afterAll(() => offenderGone(cluster));
  beforeEach(() => settled(cluster));
  afterEach(async () => {
    await fireaxe.restore();
    await settled(cluster);
  });

  test('holds the kubelets and the offender share by share, and its undo starts them one after the other', async () => {
    const before = { pictures: await pictures(), containers: await containers() };
    for (const at of WORKERS) expect(await held(at)).toBe(FREE);
    // So that a kubelet that does not report costs no endpoint, as the plan advises.
    const paused = await fireaxe.change(['pause', '--yes']);

    const half = await fireaxe.change(shrink('--share', '50%'));
    const states = await Promise.all(WORKERS.map(held));
    expect([...states].sort()).toEqual([FREE, HELD].sort());
    const all = await fireaxe.change(shrink('--share', '100%', '--wave', '1'));
    expect((all.json.verdict as unknown as RunVerdict).counts).toMatchObject({ ok: 2 });
    for (const at of WORKERS) expect(await held(at)).toBe(HELD);

    const leases = await Promise.all(WORKERS.map(renewed));
    await pause(15_000);
    expect(await Promise.all(WORKERS.map(renewed))).toEqual(leases);
    // Containers run without their kubelet, and services answer.
    expect(await containers()).toEqual(before.containers);
    for (const service of ['web', 'shop']) expect((await endpoints(cluster, service)).notReady).toBe(0);
    expect((await nodes(cluster)).tainted).toEqual([]);

    await fireaxe.change(['undo', runOf(all), '--yes']);
    expect(await Promise.all(WORKERS.map(held))).toEqual(states);
    await fireaxe.change(['undo', runOf(half), '--yes']);
    for (const at of WORKERS) expect(await held(at)).toBe(FREE);
    await eventually(
      'both kubelets renew their leases',
      async () => (await Promise.all(WORKERS.map(renewed))).every((time, i) => time !== leases[i]),
      60_000,
    );
    await fireaxe.change(['undo', runOf(paused), '--yes']);
    await settled(cluster);
    expect(await pictures()).toEqual(before.pictures);
    expect(await containers()).toEqual(before.containers);
  });

  test('is undone in waves: the second kubelet starts ten seconds after the first is back', async () => {
    const before = await pictures();
    await fireaxe.change(shrink('--share', '100%'));
    await fireaxe.undo('--yes');
    const [first = 0, second = 0] = (await Promise.all(WORKERS.map(startedAt))).sort((a, b) => a - b);
    expect(second - first).toBeGreaterThanOrEqual(10);
    expect(await pictures()).toEqual(before);
  });

  test("refuses a share that goes below the kit's floor, and changes nothing", async () => {
    const before = await pictures();
    const kit = kitCopy(cluster, 'kit-floor', {
      kit: ({ policy }) => Object.assign(policy.floors, { worker: 21 }),
    });
    const ended = await fireaxe.run(...shrink('--share', '100%', '--reason', 'cluster test', '--kit', kit));
    expect(ended.code).toBe(7);
    expect(ended.stderr).toContain("at least 21, the kit's floor for worker");
    for (const at of WORKERS) expect(await held(at)).toBe(FREE);
    expect(await pictures()).toEqual(before);
  });
});
