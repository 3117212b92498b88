import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fireaxe, outcomeOf, runOf } from '../fireaxe.ts';
import { here } from '../here.ts';
import { CONTROL_PLANE } from '../layout.ts';
import { machinePicture, onControlPlane, readyz, running } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const CONSENT = ['--confirm', 'lab 3'];
const FLAG = 'max-requests-inflight=450';

const pictures = () => onControlPlane((at) => machinePicture(cluster, at));
const flagged = () =>
  onControlPlane(async (at) =>
    (await cluster.sh(at, `tr '\\0' '\\n' </proc/$(pgrep -ox kube-apiserver)/cmdline`)).includes(`--${FLAG}`),
  );
const all = (value: boolean) => Object.fromEntries(CONTROL_PLANE.map((at) => [at, value]));
const servers = () => onControlPlane(async (at) => (await running(cluster, at, 'kube-apiserver'))[0]?.id);

describe('scale --flag', () => {
  beforeEach(() => settled(cluster));
  afterEach(async () => {
    await fireaxe.restore();
    await settled(cluster);
  });

  test('restarts one server after the other with the flag; undo brings back the same manifest file', async () => {
    const before = { pictures: await pictures(), servers: await servers() };
    const run = runOf(await fireaxe.change(['scale', '--flag', FLAG, ...CONSENT]));
    expect(await flagged()).toEqual(all(true));
    for (const at of CONTROL_PLANE) {
      expect((await readyz(cluster, at)).status).toBe(200);
      expect((await servers())[at]).not.toBe(before.servers[at]);
    }
    const again = await fireaxe.change(['scale', '--flag', FLAG, ...CONSENT]);
    expect(outcomeOf(again).result?.state).toBe('already');

    await fireaxe.change(['undo', run, ...CONSENT]);
    expect(await flagged()).toEqual(all(false));
    expect(await pictures()).toEqual(before.pictures);
  });

  test('a server that does not come up with the flag gets its old manifest back, and no other host is touched', async () => {
    const before = await pictures();
    // The kubelet waits longer for nothing: no new server is ready within a second.
    const ended = await fireaxe.change(['scale', '--flag', FLAG, '--wait', '1s', ...CONSENT], 7);
    expect(outcomeOf(ended).result?.code).toBe('not-started');
    await settled(cluster);
    expect(await flagged()).toEqual(all(false));
    expect(await pictures()).toEqual(before);
  });
});
