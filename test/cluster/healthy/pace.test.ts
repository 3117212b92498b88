import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { WORKERS } from '../layout.ts';
import { eventually } from '../patience.ts';
import { nodes } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const at = WORKERS[0]!;
const CONFIG = '/var/lib/kubelet/config.yaml';

beforeEach(() => settled(cluster));
afterEach(async () => {
  await fireaxe.restore();
  await settled(cluster);
});

/** What the running kubelet itself says that it goes by. */
async function limits() {
  const { kubeletconfig: now } = JSON.parse(
    await cluster.asked(`get --raw /api/v1/nodes/${at}/proxy/configz`),
  );
  return [now.serializeImagePulls, now.maxParallelImagePulls ?? null, now.registryPullQPS, now.registryBurst];
}
const file = () => cluster.sh(at, `stat -c '%a %u %g %Y' ${CONFIG}; cksum <${CONFIG}`);
const kubelet = () => cluster.sh(at, 'pidof kubelet');
const pods = async () => (await cluster.sh(at, 'crictl ps -q')).split('\n').sort();

test('a real kubelet goes by the ceiling, its containers live on, and undo behind a gate on the node gives back the same file', async () => {
  const before = { limits: await limits(), file: await file(), kubelet: await kubelet(), pods: await pods() };
  await fireaxe.change(['pace', '--nodes', at, '--yes']);
  await eventually('the kubelet tells the ceiling', async () => (await limits())[1] === 2, 60_000, 1_000);
  expect(await limits()).toEqual([false, 2, 1, 2]);
  expect(await kubelet()).not.toBe(before.kubelet);

  await fireaxe.undo('--gate', '2s', '--gate-nodes', '90%', '--yes');
  await eventually(
    'the former limits are back',
    async () => `${await limits()}` === `${before.limits}`,
    60_000,
    1_000,
  );
  expect(await file()).toBe(before.file);
  expect(await pods()).toEqual(before.pods);
  expect((await nodes(cluster)).ready).toContain(at);
});
