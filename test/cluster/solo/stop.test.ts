import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { SOLO } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { objects } from '../truth.ts';
import { Solo } from './solo.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster, cluster.facts.kit, SOLO);
const solo = new Solo(cluster);

const logged = async () => Number(await solo.sh('cat /var/log/pods/default_busy-*/busy/*.log | wc -c'));
const runs = async () => {
  const first = await logged();
  await pause(3_000);
  return (await logged()) !== first;
};
const kubeletIsWell = async () =>
  (await solo.sh('curl -s --max-time 5 http://127.0.0.1:10248/healthz')) === 'ok';

beforeAll(() => solo.start());
afterAll(() => solo.stop());
afterEach(() => fireaxe.restore());

test('stop --pods freezes the pods of a kubelet that is a plain unit, until undo', async () => {
  await cluster.apply(readFileSync(join(import.meta.dirname, '../manifests/busy.yaml'), 'utf8'), SOLO);
  try {
    await solo.asked('rollout status deployment/busy --timeout=120s', 130_000);
    await eventually('busy runs', runs);
    const before = await solo.picture();
    await fireaxe.change([
      'stop',
      '--pods',
      'default/app=busy',
      '-l',
      'role=control-plane',
      '--for',
      '10m',
      '--yes',
    ]);
    expect(await runs()).toBe(false);
    await solo.sh('systemctl restart kubelet');
    await eventually('the kubelet is well', kubeletIsWell);
    await pause(10_000);
    expect(await runs()).toBe(false);
    await fireaxe.undo('--yes');
    await eventually('busy runs', runs, 90_000);
    expect(await solo.picture()).toEqual(before);
  } finally {
    await solo.asked('delete deployment/busy --wait=false');
    await eventually('its pods are gone', async () => {
      return (await objects(cluster, 'pods -n default -l app=busy', SOLO)).items.length === 0;
    });
  }
});

test('stop --unit holds a component whose unit file is in /etc and says Restart=always, until undo', async () => {
  const before = await solo.picture();
  await fireaxe.change(['stop', '--unit', 'kube-scheduler', '-l', 'role=control-plane', '--yes']);
  await pause(7_000);
  expect(await solo.state('kube-scheduler')).toBe('inactive dead');
  expect(await solo.sh('systemctl start kube-scheduler 2>&1')).toContain('masked');
  await fireaxe.undo('--yes');
  expect(await solo.state('kube-scheduler')).toBe('active running');
  expect(await solo.picture()).toEqual(before);
});
