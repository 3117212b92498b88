import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { ClusterReading } from '../../../src/probe/types.ts';
import { PAUSE } from '../build/images.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { SOLO } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { objects, running } from '../truth.ts';
import { RKE2_MANIFESTS } from './machine.ts';
import { Solo } from './solo.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster, cluster.facts.kit, SOLO);
const solo = new Solo(cluster);
const MANAGER = 'kube-controller-manager';
const SCHEDULER = 'kube-scheduler';
const RUNS = 'active running';
const HELD = 'inactive dead';

const pods = async () =>
  (await objects<{ status: { phase: string } }>(cluster, 'pods -n default -l app=sleepers', SOLO)).items;
const renewed = async (name: string) => {
  const { items } = await objects(
    cluster,
    `leases -n kube-system --field-selector metadata.name=${name}`,
    SOLO,
  );
  return String(items[0]?.spec.renewTime);
};
const scale = (replicas: number) => solo.asked(`scale deployment/sleepers --replicas=${replicas}`);
const inForce = async () => {
  const { json } = await fireaxe.run('probe', '--output', 'json');
  return (json.reading as unknown as ClusterReading).servers[0]!.inForce?.map(({ kind, what }) => [
    kind,
    what,
  ]);
};

beforeAll(async () => {
  await solo.start();
  await cluster.apply(stringify(deployment()), SOLO);
});
afterAll(async () => {
  await solo.asked('delete deployment/sleepers');
  await eventually('its pods are gone', async () => (await pods()).length === 0);
  await solo.stop();
});
afterEach(() => fireaxe.restore());

describe('pause of systemd units', () => {
  beforeEach(async () => {
    await scale(1);
    await eventually(
      'one pod with a node',
      async () => (await pods()).map(({ spec }) => Boolean(spec.nodeName)).join() === 'true',
    );
  });

  test('stops the controller-manager against every start but undo, and undo restores its unit', async () => {
    const before = await solo.picture();
    const scheduler = await solo.pid(SCHEDULER);
    await fireaxe.change(['pause', '--yes']);
    expect(await solo.state(MANAGER)).toBe(HELD);
    expect(await solo.sh(`systemctl restart ${MANAGER} 2>&1`)).toContain('masked');
    // Restart=always would have started it again after five seconds.
    await pause(7_000);
    expect(await solo.sh('pgrep -x kube-controller')).toBe('');
    expect(await inForce()).toEqual([['paused', MANAGER]]);
    const lease = await renewed(MANAGER);
    await scale(2);
    await pause(10_000);
    expect(await renewed(MANAGER)).toBe(lease);
    expect(await pods()).toHaveLength(1);
    expect(await solo.pid(SCHEDULER)).toBe(scheduler);
    expect((await fireaxe.run('verify', 'last')).code).toBe(0);

    await fireaxe.undo('--yes');
    expect(await solo.state(MANAGER)).toBe(RUNS);
    expect(await solo.picture()).toEqual(before);
    expect(await inForce()).toBeUndefined();
    await eventually('its lease is renewed', async () => (await renewed(MANAGER)) !== lease, 90_000);
    await eventually('the second pod', async () => (await pods()).length === 2, 90_000);
  });

  test('stops the controller-manager and the scheduler, and undo starts only what ran', async () => {
    await solo.sh(`systemctl stop ${SCHEDULER}`);
    const before = await solo.picture();
    await fireaxe.change(['pause', '--component', MANAGER, '--component', SCHEDULER, '--yes']);
    expect([await solo.state(MANAGER), await solo.state(SCHEDULER)]).toEqual([HELD, HELD]);
    expect(await solo.sh(`systemctl start ${SCHEDULER} 2>&1`)).toContain('masked');

    await fireaxe.undo('--yes');
    expect([await solo.state(MANAGER), await solo.state(SCHEDULER)]).toEqual([RUNS, HELD]);
    expect(await solo.picture()).toEqual(before);
    await solo.sh(`systemctl start ${SCHEDULER}`);
  });

  test('refuses a component that neither the kubelet nor systemd runs, and changes nothing', async () => {
    const before = await solo.picture();
    const ended = await fireaxe.run(
      ...['pause', '--component', 'cluster-autoscaler', '--yes', '--reason', 'cluster test'],
    );
    expect(ended.code).not.toBe(0);
    expect(ended.stderr + ended.stdout).toContain('and no cluster-autoscaler.service');
    expect(await solo.picture()).toEqual(before);
  });
});

describe('pause of a static pod on simulated paths of RKE2', () => {
  beforeAll(async () => {
    await scale(1);
    await solo.sh(`systemctl stop ${SCHEDULER}; cp /opt/solo/${SCHEDULER}.yaml ${RKE2_MANIFESTS}/`);
  });
  afterAll(async () => {
    await solo.sh(`rm -f ${RKE2_MANIFESTS}/${SCHEDULER}.yaml`);
    await eventually('the pod is gone', async () => (await running(cluster, SOLO, SCHEDULER)).length === 0);
    await solo.sh(`systemctl start ${SCHEDULER}`);
  });

  test('moves the manifest out of the folder, so that a new pod gets no node, and exactly back', async () => {
    await eventually('the pod of the scheduler runs', async () => {
      return (await running(cluster, SOLO, SCHEDULER)).length === 1;
    });
    const lease = await renewed(SCHEDULER);
    await eventually('it schedules', async () => (await renewed(SCHEDULER)) !== lease, 60_000);
    const before = await solo.picture();
    await fireaxe.change(['pause', '--component', SCHEDULER, '--yes']);
    expect(await running(cluster, SOLO, SCHEDULER)).toEqual([]);
    expect(await solo.sh(`ls ${RKE2_MANIFESTS}`)).toBe('');
    expect(await inForce()).toEqual([['paused', SCHEDULER]]);
    await scale(2);
    await eventually('the second pod', async () => (await pods()).length === 2);
    await pause(5_000);
    expect((await pods()).filter(({ spec }) => spec.nodeName === undefined)).toHaveLength(1);

    await fireaxe.undo('--yes');
    expect(await solo.picture()).toEqual(before);
    await eventually(
      'the second pod has a node',
      async () => (await pods()).every(({ spec }) => spec.nodeName !== undefined),
      90_000,
    );
  });
});

function deployment(): unknown {
  const labels = { app: 'sleepers' };
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'sleeper', image: PAUSE, imagePullPolicy: 'IfNotPresent' }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'sleepers', namespace: 'default' },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
