import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { eventually } from '../patience.ts';
import { etcdctl, type Item, objects } from '../truth.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const KEY = '/registry/daemonsets/telemetry/telemetry-agent';

const stored = async () => (await etcdctl(cluster, 'cp1', `get ${KEY} --keys-only`)) !== '';
const pods = async () => (await objects(cluster, 'pods -n telemetry')).items.length;
const daemonSet = async () => {
  const { items } = await objects<Record<string, unknown>>(cluster, 'daemonsets -n telemetry');
  const { metadata, spec } = items[0] as Item;
  // Set by the server, so they differ in a re-created object.
  for (const own of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields']) {
    delete metadata[own];
  }
  return { metadata, spec };
};

beforeAll(async () => {
  const text = readFileSync(join(import.meta.dirname, '../manifests/offender.yaml'), 'utf8');
  // Without load: this test is about the object.
  await cluster.apply(text.replace("-n, 'LOOPS'", "-n, '0'"));
  await cluster.asked('rollout status -n telemetry daemonset/telemetry-agent --timeout=180s', {
    timeoutMs: 190_000,
  });
  writeFileSync(
    join(cluster.facts.kit, 'remove.yaml'),
    stringify({
      schemaVersion: 1,
      name: 'remove',
      title: 'Delete the DaemonSet',
      workstreams: [
        {
          name: 'removal',
          title: 'Delete',
          steps: [
            {
              id: 'remove',
              action: 'kubectl',
              on: 'role=control-plane',
              anyOf: true,
              with: {
                delete: '/apis/apps/v1/namespaces/telemetry/daemonsets/telemetry-agent',
                pods: 'telemetry/app=telemetry-agent',
              },
            },
          ],
        },
      ],
    }),
    { mode: 0o600 },
  );
});
afterAll(() => cluster.asked('delete namespace telemetry', { timeoutMs: 120_000 }));

test('deletes a DaemonSet with its pods; undo re-creates it field by field', async () => {
  const before = await daemonSet();
  expect(await stored()).toBe(true);
  expect(await pods()).toBe(2 + cluster.facts.hollow.length);
  await fireaxe.change(['run', join(cluster.facts.kit, 'remove.yaml'), '--confirm', 'lab 3']);
  expect(await stored()).toBe(false);
  await eventually('no pod of it', async () => (await pods()) === 0, 90_000);

  await fireaxe.undo('--confirm', 'lab 1');
  expect(await stored()).toBe(true);
  expect(await daemonSet()).toEqual(before);
  await eventually('all pods', async () => (await pods()) === 2 + cluster.facts.hollow.length, 90_000);
});
