import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { SOLO } from '../layout.ts';
import { eventually } from '../patience.ts';
import { daemonSetOf, writeRemoval } from '../removal.ts';
import { etcdctl, objects } from '../truth.ts';
import { Solo } from './solo.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster, cluster.facts.kit, SOLO);
const solo = new Solo(cluster);
const KEY = '/registry/daemonsets/telemetry/telemetry-agent';

const stored = async () => (await etcdctl(cluster, SOLO, `get ${KEY} --keys-only`)) !== '';
const pods = async () => (await objects(cluster, 'pods -n telemetry', SOLO)).items.length;

beforeAll(async () => {
  await solo.start();
  const text = readFileSync(join(import.meta.dirname, '../manifests/offender.yaml'), 'utf8');
  // Without load: this test is about the object.
  await cluster.apply(text.replace("-n, 'LOOPS'", "-n, '0'"), SOLO);
  await eventually('a pod on each node', async () => (await pods()) === 2);
});
afterAll(async () => {
  await solo.asked('delete namespace telemetry', 120_000);
  await solo.stop();
});

test('deletes a DaemonSet by the kubeconfig of k3s; undo re-creates it field by field', async () => {
  const before = await daemonSetOf(cluster, SOLO);
  expect(await stored()).toBe(true);
  await fireaxe.change(['run', writeRemoval(cluster), '--confirm', 'solo 1']);
  expect(await stored()).toBe(false);
  await eventually('no pod of it', async () => (await pods()) === 0, 90_000);

  await fireaxe.undo('--confirm', 'solo 1');
  expect(await stored()).toBe(true);
  expect(await daemonSetOf(cluster, SOLO)).toEqual(before);
  await eventually('all pods', async () => (await pods()) === 2, 90_000);
});
