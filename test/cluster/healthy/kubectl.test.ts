import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { eventually } from '../patience.ts';
import { daemonSetOf, writeRemoval } from '../removal.ts';
import { etcdctl, objects } from '../truth.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const KEY = '/registry/daemonsets/telemetry/telemetry-agent';

const stored = async () => (await etcdctl(cluster, 'cp1', `get ${KEY} --keys-only`)) !== '';
const pods = async () => (await objects(cluster, 'pods -n telemetry')).items.length;
const daemonSet = () => daemonSetOf(cluster);
let playbook: string;

beforeAll(async () => {
  const text = readFileSync(join(import.meta.dirname, '../manifests/offender.yaml'), 'utf8');
  // Without load: this test is about the object.
  await cluster.apply(text.replace("-n, 'LOOPS'", "-n, '0'"));
  await cluster.asked('rollout status -n telemetry daemonset/telemetry-agent --timeout=180s', {
    timeoutMs: 190_000,
  });
  playbook = writeRemoval(cluster);
});
afterAll(() => cluster.asked('delete namespace telemetry', { timeoutMs: 120_000 }));

test('deletes a DaemonSet with its pods; undo re-creates it field by field', async () => {
  const before = await daemonSet();
  expect(await stored()).toBe(true);
  expect(await pods()).toBe(2 + cluster.facts.hollow.length);
  await fireaxe.change(['run', playbook, '--confirm', 'lab 3']);
  expect(await stored()).toBe(false);
  await eventually('no pod of it', async () => (await pods()) === 0, 90_000);

  await fireaxe.undo('--confirm', 'lab 1');
  expect(await stored()).toBe(true);
  expect(await daemonSet()).toEqual(before);
  await eventually('all pods', async () => (await pods()) === 2 + cluster.facts.hollow.length, 90_000);
});
