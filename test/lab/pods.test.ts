import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import type { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';
import { findCrictl } from './pods/crictl.ts';
import { group } from './pods/groups.ts';
import { type PodKind, PodLab } from './pods/pods.ts';

const crictl = findCrictl();
if ('reason' in crictl) console.log(`not run: real pods (${crictl.reason})`);

describe.skipIf('reason' in crictl)('pods, where crictl can be had', () => {
  let pods: PodLab;
  let lab: Lab;
  beforeAll(async () => {
    if ('reason' in crictl) return;
    pods = await PodLab.up(crictl.path, { v1: 'v1', v2: 'v2' });
    lab = pods.lab;
  });
  afterAll(() => pods?.down());

  const sh = (at: string, command: string) => pods.sh(at, command);
  const kubelet = (at: string, uid: string, net?: PodKind) => pods.start(at, uid, net);
  const end = (at: string, uid: string, net?: PodKind) => pods.end(at, uid, net);
  const beats = (at: string, uid: string) => pods.beats(at, uid);
  const ids = (at: string, uid: string) => sh(at, `cat /var/beat/${uid}.ids | wc -l`).then(Number);
  /** All that a check must leave as it was. */
  const picture = (at: string) =>
    sh(
      at,
      `cat /sys/fs/cgroup${group}/besteffort/*/cgroup.freeze /sys/fs/cgroup/freezer${group}/besteffort/*/freezer.state 2>/dev/null; nft list ruleset | grep -v counter; crictl ps -q | sort; ls -R /run/fireaxe 2>/dev/null; systemctl list-units --all --plain --no-legend 'fireaxe*'`,
    );

  describe.each(['v2', 'v1'] as const)('freeze, cgroups %s', (at) => {
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
      // The probe ended the first one's container meanwhile, or at the thaw: that is told.
      expect(undo.result).toMatchObject({
        state: 'changed',
        data: { restarted: '1' },
        note: expect.stringMatching(
          /^2 released; 1 of the frozen containers ended meanwhile: their liveness probe/,
        ),
      });
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
    const reaches = (at: string, uid: string) => pods.reaches(at, uid);
    /** How two connections from within the pod end, within three seconds. */
    const refusals = (uid: string, bridged: number) => {
      const pid = `$(crictl inspectp -o go-template --template '{{.info.pid}}' $(crictl pods -q --state ready --label io.kubernetes.pod.uid=${uid}))`;
      const connect = (to: string) =>
        `timeout 3 nsenter -t $p -n bash -c 'exec 3<>/dev/tcp/${to}' 2>&1 | grep -q refused && echo refused || echo silence`;
      const server = pods.lab.at('cpods').spec.address;
      return `sysctl -qw net.bridge.bridge-nf-call-iptables=${bridged}; p=${pid}; echo $(${connect('10.96.0.1/443')}; ${connect(`${server}/6443`)}); sysctl -qw net.bridge.bridge-nf-call-iptables=1`;
    };

    test.each([
      ['POD', 'v1'],
      ['POD', 'v2'],
      ['NODE', 'v2'],
    ] as const)(
      '%s network on %s: the API servers away, nothing else; new pod; exactly back',
      async (net, at) => {
        const [one, two] = [`${at}${net.toLowerCase()}-55`, `${at}${net.toLowerCase()}-66`];
        const run = `n-${net}-${at}`;
        // A second try begins as the first did.
        onTestFailed(async () => {
          await stop(at, { op: 'undo', run, before: { watch: 'off' } });
          for (const uid of [one, two]) await end(at, uid, net);
          await sh(at, 'rm -rf /run/fireaxe');
        });
        await kubelet(at, one, net);
        await expect.poll(() => reaches(at, one), { timeout: 40_000 }).toBe('service server else');
        const ruleset = await sh(at, 'nft list ruleset');
        expect((await stop(at, { op: 'check', run })).result).toMatchObject({ state: 'would' });
        expect(await sh(at, 'nft list ruleset')).toBe(ruleset);
        const apply = await stop(at, { op: 'apply', run });
        expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1' } });
        await expect.poll(() => reaches(at, one), { timeout: 40_000 }).toBe('- - else');
        expect(apply.result?.note).not.toContain('silence');
        // Refused at once, by the service's address as by the server's own, over a bridge that netfilter sees into or not.
        for (const bridged of net === 'POD' ? [1, 0] : [])
          expect(await sh(at, refusals(one, bridged))).toBe('refused refused');
        await expect.poll(() => beats(at, one), { timeout: 20_000 }).toBe(true);
        // The node itself goes on.
        expect(await sh(at, '(echo >/dev/tcp/10.96.0.1/443) && echo in')).toBe('in');
        await end(at, one, net);
        await kubelet(at, two, net);
        await expect.poll(() => reaches(at, two), { timeout: 40_000 }).toBe('- - else');
        expect((await stop(at, { op: 'verify', run })).result).toMatchObject({
          state: 'ok',
          data: { held: '1' },
        });
        expect((await stop(at, { op: 'apply', run: `${run}-2` })).result).toMatchObject({ state: 'already' });
        const undo = await stop(at, { op: 'undo', run, before: apply.result!.before! });
        expect(undo.result).toMatchObject({ state: 'changed' });
        await expect.poll(() => reaches(at, two), { timeout: 40_000 }).toBe('service server else');
        expect(await sh(at, 'nft list ruleset')).toBe(ruleset);
        await end(at, two, net);
      },
    );

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
