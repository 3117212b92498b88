import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { CONTROL_PLANE } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { machinePicture, objects, onControlPlane, readyz, running } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const MANAGER = 'kube-controller-manager';
const SCHEDULER = 'kube-scheduler';

const pictures = () => onControlPlane((at) => machinePicture(cluster, at));
const managers = async (name = MANAGER) =>
  Object.values(await onControlPlane((at) => running(cluster, at, name))).flat();
const leaseOf = async (name: string) => {
  const { items } = await objects(cluster, `leases -n kube-system --field-selector metadata.name=${name}`);
  return String(items[0]?.spec.renewTime);
};
const scale = (replicas: number) => cluster.asked(`scale deployment/web --replicas=${replicas}`);
const pods = async () =>
  (await objects<{ status: { phase: string } }>(cluster, 'pods -n default -l app=web')).items;

describe('pause', () => {
  beforeEach(() => settled(cluster));
  afterEach(async () => {
    await fireaxe.restore();
    await scale(2);
    await settled(cluster);
  });

  test('stops every controller-manager; undo brings back the same manifest file', async () => {
    const before = await pictures();
    await fireaxe.change(['pause', '--yes']);
    expect(await managers()).toEqual([]);
    for (const at of CONTROL_PLANE) {
      expect((await readyz(cluster, at)).status).toBe(200);
      expect(await cluster.sh(at, 'ls /etc/kubernetes/manifests')).not.toContain(MANAGER);
    }
    const lease = await leaseOf(MANAGER);
    await scale(3);
    await pause(15_000);
    expect(await leaseOf(MANAGER)).toBe(lease);
    // No controller creates the third pod.
    expect(await pods()).toHaveLength(2);

    await fireaxe.undo('--yes');
    expect(await pictures()).toEqual(before);
    await eventually('a controller-manager a node', async () => (await managers()).length === 3);
    await eventually('its lease is renewed', async () => (await leaseOf(MANAGER)) !== lease, 90_000);
    await eventually('the third pod', async () => (await pods()).length === 3);
  });

  test('stops every scheduler, so that a new pod gets no node, until undo', async () => {
    const before = await pictures();
    await fireaxe.change(['pause', '--component', SCHEDULER, '--yes']);
    expect(await managers(SCHEDULER)).toEqual([]);
    expect(await managers()).toHaveLength(3);
    await scale(3);
    await eventually('the third pod', async () => (await pods()).length === 3);
    await pause(5_000);
    expect((await pods()).filter(({ spec }) => spec.nodeName === undefined)).toHaveLength(1);

    await fireaxe.undo('--yes');
    expect(await pictures()).toEqual(before);
    await eventually(
      'the third pod has a node',
      async () => (await pods()).every(({ spec }) => spec.nodeName !== undefined),
      90_000,
    );
  });

  test('refuses a component that does not run as a static pod, and changes nothing', async () => {
    const before = await pictures();
    const ended = await fireaxe.run(
      ...['pause', '--component', 'cluster-autoscaler', '--yes', '--reason', 'cluster test'],
    );
    expect(ended.code).not.toBe(0);
    expect(ended.stderr + ended.stdout).toContain('no static pod of cluster-autoscaler is here');
    expect(await pictures()).toEqual(before);
  });
});
