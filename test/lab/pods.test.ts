import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';
import { findCrictl } from './pods/crictl.ts';
import { makeImage } from './pods/image.ts';
import { group, podWorker, readyCommand, sweepGroups } from './pods/node.ts';
import { serverScript, unit } from './streams.ts';

const crictl = findCrictl();
if ('reason' in crictl) console.log(`not run: real pods (${crictl.reason})`);

describe.skipIf('reason' in crictl)('pods, where crictl can be had', () => {
  let lab: Lab;
  let dir: string;
  const sh = async (at: string, command: string) => (await lab.at(at).sh(command)).stdout.trim();

  beforeAll(async () => {
    if ('reason' in crictl) return;
    sweepGroups();
    dir = mkdtempSync(join(tmpdir(), 'fireaxe-pods-'));
    const image = makeImage(dir);
    lab = await Lab.up([
      {
        name: 'cpods',
        files: {
          '/opt/server.mjs': serverScript,
          '/etc/systemd/system/api.service': unit(`${process.execPath} /opt/server.mjs`),
        },
      },
      podWorker('v1', 'v1', crictl.path, image),
      podWorker('v2', 'v2', crictl.path, image),
    ]);
    await sh('cpods', 'systemctl start api');
    for (const at of ['v1', 'v2']) {
      const ready = await lab.at(at).sh(readyCommand(lab.at('cpods').spec.address));
      if (ready.code !== 0) throw new Error(`${at}: ${ready.stdout}${ready.stderr}`);
    }
  });
  afterAll(() => {
    sweepGroups(true);
    lab?.down();
    sweepGroups(true);
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  const kubelet = async (at: string, uid: string, net = 'POD') => {
    await sh(at, `systemctl start kubelet-pod@${uid}:${net}`);
    await expect.poll(() => beats(at, uid), { timeout: 20_000 }).toBe(true);
  };
  /** Whether the pod's own process ran within the last two seconds. */
  const beats = async (at: string, uid: string) => {
    const [now, last] = (await sh(at, `date +%s; cat /var/beat/${uid}`)).split('\n').map(Number);
    return last !== undefined && now! - last <= 2;
  };
  const ids = (at: string, uid: string) => sh(at, `cat /var/beat/${uid}.ids | wc -l`).then(Number);
  /** All that a check must leave as it was. */
  const picture = (at: string) =>
    sh(
      at,
      `cat /sys/fs/cgroup${group}/besteffort/*/cgroup.freeze /sys/fs/cgroup/freezer${group}/besteffort/*/freezer.state 2>/dev/null; nft list ruleset | grep -v counter; crictl ps -q | sort; ls -R /run/fireaxe 2>/dev/null; systemctl list-units --all --plain --no-legend 'fireaxe*'`,
    );
  /** The pod's end, as the kubelet would: only what is not frozen can end on v1. */
  const end = (at: string, uid: string, net = 'POD') =>
    sh(
      at,
      `systemctl stop kubelet-pod@${uid}:${net}; for p in $(crictl pods -q --label io.kubernetes.pod.uid=${uid}); do crictl stopp $p; crictl rmp -f $p; done`,
    );

  describe.each(['v2', 'v1'] as const)('freeze, control groups %s', (at) => {
    const stop = (order: Order) => give(lab, at, 'stop', { pods: 'telemetry/app=off', for: '10m' }, order);

    test('held across restart and liveness kill and a recreated pod; already; back', async () => {
      const [one, two] = [`${at}aa-11-bb`, `${at}aa-22-bb`];
      await kubelet(at, one);
      const before = await picture(at);
      const check = await stop({ op: 'check', run: 'f1' });
      expect(check.result).toMatchObject({ state: 'would', data: { running: '1', held: '0' } });
      expect(await picture(at)).toBe(before);

      const apply = await stop({ op: 'apply', run: 'f1' });
      expect(apply).toMatchObject({ code: 0, result: { state: 'changed', data: { held: '1' } } });
      await expect.poll(() => beats(at, one), { timeout: 5000 }).toBe(false);
      const frozen =
        at === 'v2'
          ? sh(at, `grep frozen /sys/fs/cgroup${group}/besteffort/pod${one}/cgroup.events`)
          : sh(at, `cat /sys/fs/cgroup/freezer${group}/besteffort/pod${one}/freezer.state`);
      expect(await frozen).toBe(at === 'v2' ? 'frozen 1' : 'FROZEN');

      // The probe kills what does not answer. On v2 that ends the container and a new one is made; on v1 it waits for the thaw.
      await expect
        .poll(() => sh(at, `cat /var/beat/${one}.killed | wc -l`), { timeout: 20_000 })
        .not.toBe('0');
      if (at === 'v2') await expect.poll(() => ids(at, one), { timeout: 30_000 }).toBeGreaterThan(1);
      const last = await sh(at, `cat /var/beat/${one}`);
      await sh(at, 'sleep 4');
      expect(await sh(at, `cat /var/beat/${one}`)).toBe(last);

      // A pod with a new uid is found by the watch.
      await sh(at, `systemctl start kubelet-pod@${two}:POD`);
      await expect
        .poll(async () => (await stop({ op: 'verify', run: 'f1' })).result, { timeout: 20_000 })
        .toMatchObject({ state: 'ok', data: { held: '2', running: '0' } });
      await sh(at, 'sleep 3');
      expect(await beats(at, two)).toBe(false);

      const again = await stop({ op: 'apply', run: 'f2' });
      expect(again.result).toMatchObject({ state: 'already', before: { watch: 'on' } });
      await stop({ op: 'undo', run: 'f2', before: again.result!.before! });
      expect(await beats(at, one)).toBe(false);
      const undo = await stop({ op: 'undo', run: 'f1', before: apply.result!.before! });
      expect(undo.result).toMatchObject({ state: 'changed', note: '2 let go' });
      for (const uid of [one, two]) await expect.poll(() => beats(at, uid), { timeout: 40_000 }).toBe(true);
      expect(
        await sh(at, 'ls /run/fireaxe | grep hold; systemctl list-units --plain --no-legend "fireaxe*"'),
      ).toBe('');
      for (const uid of [one, two]) await end(at, uid);
    });

    test('what was frozen before stays frozen', async () => {
      const uid = `${at}aa-33-bb`;
      await kubelet(at, uid);
      const [file, on] =
        at === 'v2'
          ? [`/sys/fs/cgroup${group}/besteffort/pod${uid}/cgroup.freeze`, '1']
          : [`/sys/fs/cgroup/freezer${group}/besteffort/pod${uid}/freezer.state`, 'FROZEN'];
      await sh(at, `echo ${on} >${file}`);
      const apply = await stop({ op: 'apply', run: 'g1' });
      expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1' } });
      await stop({ op: 'undo', run: 'g1', before: apply.result!.before! });
      expect(await sh(at, `cat ${file}`)).toBe(on);
      await sh(at, `echo ${at === 'v2' ? '0' : 'THAWED'} >${file}`);
      await end(at, uid);
    });

    test('never a group that holds the kubelet', async () => {
      const uid = `${at}aa-44-bb`;
      await kubelet(at, uid);
      const tree = at === 'v2' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/freezer';
      await sh(
        at,
        `cp /bin/sleep /run/kubelet; systemd-run --unit=kub /run/kubelet 600; mkdir ${tree}${group}/besteffort/pod${uid}/k; systemctl show -p MainPID --value kub >${tree}${group}/besteffort/pod${uid}/k/cgroup.procs`,
      );
      const refused = await stop({ op: 'apply', run: 'h1' });
      expect(refused).toMatchObject({
        code: 4,
        result: { code: 'protected', note: expect.stringContaining('kubelet') },
      });
      expect(await beats(at, uid)).toBe(true);
      await sh(at, 'systemctl stop kub');
      await end(at, uid);
    });
  });

  describe('network', () => {
    const stop = (at: string, order: Order) =>
      give(lab, at, 'stop', { pods: 'telemetry/app=off', how: 'network', for: '10m' }, order);
    const reaches = (at: string, uid: string) => sh(at, `cat /var/beat/${uid}.net`);

    test.each([
      ['POD', 'v1'],
      ['POD', 'v2'],
      ['NODE', 'v2'],
    ])('%s network on %s: the API servers away, nothing else; new pod; exactly back', async (net, at) => {
      const [one, two] = [`${at}${net.toLowerCase()}-55`, `${at}${net.toLowerCase()}-66`];
      await kubelet(at, one, net);
      await expect.poll(() => reaches(at, one), { timeout: 10_000 }).toBe('service server else');
      const ruleset = await sh(at, 'nft list ruleset');
      const run = `n-${net}-${at}`;
      expect((await stop(at, { op: 'check', run })).result).toMatchObject({ state: 'would' });
      expect(await sh(at, 'nft list ruleset')).toBe(ruleset);
      const apply = await stop(at, { op: 'apply', run });
      expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1' } });
      await expect.poll(() => reaches(at, one), { timeout: 10_000 }).toBe('- - else');
      expect(await beats(at, one)).toBe(true);
      // The node itself goes on.
      expect(await sh(at, '(echo >/dev/tcp/10.96.0.1/443) && echo in')).toBe('in');
      await end(at, one, net);
      await kubelet(at, two, net);
      await expect.poll(() => reaches(at, two), { timeout: 15_000 }).toBe('- - else');
      expect((await stop(at, { op: 'verify', run })).result).toMatchObject({
        state: 'ok',
        data: { held: '1' },
      });
      expect((await stop(at, { op: 'apply', run: `${run}-2` })).result).toMatchObject({ state: 'already' });
      const undo = await stop(at, { op: 'undo', run, before: apply.result!.before! });
      expect(undo.result).toMatchObject({ state: 'changed' });
      await expect.poll(() => reaches(at, two), { timeout: 10_000 }).toBe('service server else');
      expect(await sh(at, 'nft list ruleset')).toBe(ruleset);
      await end(at, two, net);
    });

    test('a pod of the host network cannot be told without cgroup v2: refused', async () => {
      await kubelet('v1', 'v1host-77', 'NODE');
      const refused = await stop('v1', { op: 'apply', run: 'r1' });
      expect(refused).toMatchObject({ code: 4, result: { note: expect.stringContaining('freeze it') } });
      await end('v1', 'v1host-77', 'NODE');
    });
  });

  test('no crictl: refused, nothing done', async () => {
    await sh('cpods', 'true');
    const refused = await give(lab, 'cpods', 'stop', { pods: 'a/b=c' }, { op: 'apply', run: 'no' });
    expect(refused).toMatchObject({ code: 4, result: { code: 'no-tool' } });
  });
});
