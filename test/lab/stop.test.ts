import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give } from './orders.ts';

let lab: Lab;
const at = () => lab.at('w1');
const sh = async (command: string) => (await at().sh(command)).stdout.trim();

/** An offender that a supervisor brings back: `Restart=always`. */
const service =
  '[Service]\nExecStart=/bin/sleep 1000000\nRestart=always\nRestartSec=100ms\n[Install]\nWantedBy=multi-user.target\n';

beforeAll(async () => {
  lab = await Lab.up([
    {
      name: 'w1',
      files: {
        '/usr/lib/systemd/system/agent.service': service,
        '/etc/systemd/system/owned.service': service,
        '/usr/lib/systemd/system/tmpl@.service': service,
        '/usr/lib/systemd/system/bysocket.service':
          '[Service]\nExecStart=/bin/sleep 1000000\nStandardInput=null\n',
        '/usr/lib/systemd/system/bysocket.socket':
          '[Socket]\nListenStream=127.0.0.1:7777\nAccept=no\n[Install]\nWantedBy=sockets.target\n',
      },
    },
  ]);
  await sh(
    'systemctl enable --now agent owned tmpl@a bysocket.socket; cp /bin/sleep /usr/local/bin/offender',
  );
});
afterAll(() => lab?.down());

/** All that a check must leave as it was. */
const picture = () =>
  sh(
    "find /run/systemd/system /run/systemd/system.control /run/systemd/transient /run/fireaxe /etc/systemd 2>/dev/null | grep -v session- | sort; systemctl list-units --all --plain --no-legend | awk '{print $1,$2,$3,$4}' | grep -v -e session -e ssh@ -e 'user@' -e user-; nft list ruleset",
  );

describe('a unit', () => {
  test.each(['agent', 'owned', 'tmpl@a'])(
    '%s: check changes nothing, then held, held already, and back',
    async (unit) => {
      const run = `unit-${unit.replace('@', '-')}`;
      const before = await picture();
      const check = await give(lab, 'w1', 'stop', { unit }, { op: 'check', run });
      expect(check.result).toMatchObject({ state: 'would' });
      expect(await picture()).toBe(before);

      const apply = await give(lab, 'w1', 'stop', { unit }, { op: 'apply', run });
      expect(apply).toMatchObject({ code: 0, result: { state: 'changed' } });
      expect(await sh(`systemctl start ${unit} 2>/dev/null; sleep 0.4; systemctl is-active ${unit}`)).toBe(
        'inactive',
      );
      expect((await give(lab, 'w1', 'stop', { unit }, { op: 'verify', run })).result).toMatchObject({
        state: 'ok',
      });
      const again = await give(lab, 'w1', 'stop', { unit }, { op: 'apply', run: `${run}-2` });
      expect(again.result).toMatchObject({ state: 'already' });

      // The second order found it held, so its undo leaves it held.
      await give(lab, 'w1', 'stop', { unit }, { op: 'undo', run: `${run}-2`, before: again.result!.before! });
      expect(await sh(`systemctl is-active ${unit}`)).not.toBe('active');
      const undo = await give(
        lab,
        'w1',
        'stop',
        { unit },
        { op: 'undo', run, before: apply.result!.before! },
      );
      expect(undo.result).toMatchObject({ state: 'changed' });
      expect(await sh(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`)).toMatch(
        /^active\nenabled/,
      );
      await sh('rm -rf /run/fireaxe');
      expect(await picture()).toBe(before);
    },
  );

  test('with the socket that would start it', async () => {
    const unit = 'bysocket';
    const before = await picture();
    const apply = await give(lab, 'w1', 'stop', { unit }, { op: 'apply', run: 'sock' });
    expect(apply.result).toMatchObject({
      state: 'changed',
      before: { triggers: expect.stringContaining('bysocket.socket') },
    });
    await sh('(echo x >/dev/tcp/127.0.0.1/7777) 2>/dev/null');
    expect(await sh('systemctl is-active bysocket.service bysocket.socket')).toBe('inactive\ninactive');
    await give(lab, 'w1', 'stop', { unit }, { op: 'undo', run: 'sock', before: apply.result!.before! });
    await sh('rm -rf /run/fireaxe');
    expect(await picture()).toBe(before);
  });

  test('masked before stays masked; a transient one comes back', async () => {
    await sh('systemctl mask --runtime tmpl@a; systemctl stop tmpl@a');
    const masked = await give(lab, 'w1', 'stop', { unit: 'tmpl@a' }, { op: 'apply', run: 'm1' });
    expect(masked.result).toMatchObject({ state: 'already' });
    await give(
      lab,
      'w1',
      'stop',
      { unit: 'tmpl@a' },
      { op: 'undo', run: 'm1', before: masked.result!.before! },
    );
    expect(await sh('systemctl show tmpl@a -p LoadState --value')).toBe('masked');
    await sh('systemctl unmask --runtime tmpl@a; systemctl start tmpl@a');

    await sh('systemd-run --unit=passing -p Restart=always sleep 1000000');
    const apply = await give(lab, 'w1', 'stop', { unit: 'passing' }, { op: 'apply', run: 'm2' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    expect(await sh('systemctl is-active passing')).toBe('inactive');
    const undo = await give(
      lab,
      'w1',
      'stop',
      { unit: 'passing' },
      { op: 'undo', run: 'm2', before: apply.result!.before! },
    );
    expect(undo.result?.state).toBe('changed');
    expect(await sh('systemctl is-active passing')).toBe('active');
  });

  test('never what the machine is reached by, under any name', async () => {
    await sh(
      'ln -s /usr/lib/systemd/system/ssh.service /run/systemd/system/innocent.service; systemctl daemon-reload',
    );
    const alias = await give(lab, 'w1', 'stop', { unit: 'innocent' }, { op: 'apply', run: 'p1' });
    expect(alias).toMatchObject({ code: 4, result: { state: 'refused', code: 'protected' } });
    const none = await give(lab, 'w1', 'stop', { unit: 'nothing-such' }, { op: 'apply', run: 'p2' });
    expect(none).toMatchObject({ code: 4, result: { code: 'not-found' } });
    await sh('rm /run/systemd/system/innocent.service; systemctl daemon-reload');
  });
});

describe('processes', () => {
  test('frozen, found again under a new id, held already, released', async () => {
    await sh(`systemd-run --unit=super -p Restart=always -p RestartSec=100ms /usr/local/bin/offender 500000`);
    const params = { process: 'offender', for: '5m' };
    const state = () => sh(`for p in $(pgrep -x offender); do cut -d' ' -f3 /proc/$p/stat; done`);
    const before = await picture();
    expect((await give(lab, 'w1', 'stop', params, { op: 'check', run: 'p' })).result).toMatchObject({
      state: 'would',
      data: { running: '1' },
    });
    expect(await picture()).toBe(before);
    const apply = await give(lab, 'w1', 'stop', params, { op: 'apply', run: 'p' });
    expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1', running: '0' } });
    expect(await state()).toBe('T');
    // A liveness probe kills what does not answer; the supervisor starts another.
    const first = await sh('pgrep -x offender');
    await sh('pkill -KILL -x offender; sleep 2.5');
    expect(await sh('pgrep -x offender')).not.toBe(first);
    expect(await state()).toBe('T');
    expect((await give(lab, 'w1', 'stop', params, { op: 'verify', run: 'p' })).result).toMatchObject({
      state: 'ok',
      data: { held: '1' },
    });
    const again = await give(lab, 'w1', 'stop', params, { op: 'apply', run: 'p2' });
    expect(again.result).toMatchObject({ state: 'already', before: { watch: 'on' } });
    await give(lab, 'w1', 'stop', params, { op: 'undo', run: 'p2', before: again.result!.before! });
    expect(await state()).toBe('T');
    const undo = await give(lab, 'w1', 'stop', params, {
      op: 'undo',
      run: 'p',
      before: apply.result!.before!,
    });
    expect(undo.result).toMatchObject({ state: 'changed', note: '1 released' });
    expect(await state()).toBe('S');
    expect(
      await sh('ls /run/fireaxe | grep hold; systemctl list-units --all --plain --no-legend "fireaxe*"'),
    ).toBe('');
    await sh('systemctl stop super');
  });

  test('one whose first thread has ended, by command line and by cgroup; a name of two lines', async () => {
    const program = `use threads; use POSIX; threads->create(sub { select(undef, undef, undef, 0.1) while 1 })->detach; syscall((POSIX::uname())[4] eq 'aarch64' ? 93 : 60, 0)`;
    await lab.at('w1').sh('cat >/opt/headless', { stdin: program });
    await lab.at('w1').sh('cat >/opt/twoline', {
      stdin: 'open(F, ">/proc/$$/comm"); print F "two\\nx) S"; close F; sleep 1 while 1',
    });
    await sh(
      `systemd-run --unit=headless /usr/bin/perl /opt/headless
      systemd-run --unit=twoline /usr/bin/perl /opt/twoline`,
    );
    const at = 'cat /sys/fs/cgroup/system.slice';
    // One that is released wakes up now and then.
    const states = async () =>
      (
        await sh(
          `for t in /proc/$(systemctl show -p MainPID --value headless)/task/*; do sed 's/.*) //' $t/stat | cut -d' ' -f1; done; for p in $(${at}/twoline.service/cgroup.procs); do sed -n '$s/.*) //p' /proc/$p/stat | cut -d' ' -f1; done`,
        )
      ).replaceAll('R', 'S');
    await expect.poll(states, { timeout: 15_000 }).toBe('Z\nS\nS');
    for (const [run, params, then] of [
      ['z1', { cmdline: '/usr/bin/perl /opt/headless' }, 'Z\nT\nS'],
      ['z2', { cgroup: 'headless.service' }, 'Z\nT\nS'],
      ['z3', { cgroup: 'twoline.service' }, 'Z\nS\nT'],
    ] as const) {
      const apply = await give(lab, 'w1', 'stop', { ...params, for: '1m' }, { op: 'apply', run });
      expect(apply.result, run).toMatchObject({ state: 'changed', data: { held: '1', running: '0' } });
      expect(await states()).toBe(then);
      await give(
        lab,
        'w1',
        'stop',
        { ...params, for: '1m' },
        { op: 'undo', run, before: apply.result!.before! },
      );
      expect(await states()).toBe('Z\nS\nS');
    }
    await sh('systemctl kill -s KILL headless twoline; systemctl stop headless twoline');
  });

  test('by exact command line and user, and nobody else', async () => {
    await sh(
      'systemd-run --unit=a1 -p User=nobody /usr/local/bin/offender 111 ; systemd-run --unit=a2 /usr/local/bin/offender 111; systemd-run --unit=a3 -p User=nobody /usr/local/bin/offender 1111',
    );
    const params = { cmdline: '/usr/local/bin/offender 111', user: 'nobody', for: '1m' };
    const apply = await give(lab, 'w1', 'stop', params, { op: 'apply', run: 'c' });
    expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1' } });
    const states = async () =>
      (
        await sh(
          `for u in a1 a2 a3; do cut -d' ' -f3 /proc/$(systemctl show -p MainPID --value $u)/stat; done`,
        )
      ).replaceAll('R', 'S');
    expect(await states()).toBe('T\nS\nS');
    await give(lab, 'w1', 'stop', params, { op: 'undo', run: 'c', before: apply.result!.before! });
    expect(await states()).toBe('S\nS\nS');
    await sh('systemctl stop a1 a2 a3');
  });

  test('by cgroup, whatever its processes are called, and nobody else', async () => {
    await sh(
      `cp /bin/sleep /usr/local/bin/other
      systemd-run --unit=g1 --slice=telemetry-one -p Restart=always -p RestartSec=100ms /usr/local/bin/offender 200001
      systemd-run --unit=g2 --slice=telemetry -p Restart=always -p RestartSec=100ms /usr/local/bin/other 200002
      systemd-run --unit=g3 --slice=telemetric /usr/local/bin/offender 200003`,
    );
    const states = () =>
      sh(`for u in g1 g2 g3; do cut -d' ' -f3 /proc/$(systemctl show -p MainPID --value $u)/stat; done`);
    for (const cgroup of ['telemetry.slice', '/telemetry.slice']) {
      const run = `g${cgroup.length}`;
      const params = { cgroup, for: '1m' };
      const apply = await give(lab, 'w1', 'stop', params, { op: 'apply', run });
      expect(apply.result).toMatchObject({ state: 'changed', data: { held: '2', running: '0' } });
      expect(await states()).toBe('T\nT\nS');
      await sh('systemctl kill -s KILL g1 g2');
      await expect.poll(states, { timeout: 5000 }).toBe('T\nT\nS');
      await give(lab, 'w1', 'stop', params, { op: 'undo', run, before: apply.result!.before! });
      expect(await states()).toBe('S\nS\nS');
    }
    const one = { cgroup: 'g2', process: 'other', for: '1m' };
    const apply = await give(lab, 'w1', 'stop', one, { op: 'apply', run: 'g-one' });
    expect(await states()).toBe('S\nT\nS');
    await give(lab, 'w1', 'stop', one, { op: 'undo', run: 'g-one', before: apply.result!.before! });
    await sh('systemctl stop g1 g2 g3');
  });

  test('never the login that asks for it', async () => {
    const asked = (params: Record<string, unknown>, shell = '/bin/sh') =>
      give(lab, 'w1', 'stop', { ...params, for: '30s' }, { op: 'apply', run: 'own', shell });
    const inSession = 'systemd-run --scope --quiet --slice=ops /bin/sh';
    for (const refused of [
      await asked({ cgroup: 'ops.slice' }, inSession),
      await asked({ cmdline: 'sshd: root@notty' }),
    ]) {
      expect(refused).toMatchObject({ code: 4, result: { state: 'refused', code: 'own-way' } });
    }
    expect(await sh('ls /run/fireaxe | grep hold')).toBe('');
  });

  test('what was stopped before stays stopped; the time limit releases', async () => {
    await sh(
      'systemd-run --unit=b1 /usr/local/bin/offender 100001; systemd-run --unit=b2 /usr/local/bin/offender 100002; sleep 0.2; systemctl kill -s STOP b1',
    );
    const states = () =>
      sh(`for u in b1 b2; do cut -d' ' -f3 /proc/$(systemctl show -p MainPID --value $u)/stat; done`);
    const params = { process: 'offender', for: '10s' };
    const apply = await give(lab, 'w1', 'stop', params, { op: 'apply', run: 'b' });
    expect(apply.result).toMatchObject({ data: { held: '2' } });
    expect(await states()).toBe('T\nT');
    await sh('sleep 12');
    expect(await states()).toBe('T\nS');
    await sh('systemctl kill -s CONT b1; systemctl stop b1 b2');
  });

  test('what was met is told from what is not here, killed as well', async () => {
    await sh(`systemd-run --unit=short -p Restart=always -p RestartSec=100ms /usr/local/bin/offender 500000`);
    const params = { process: 'offender', how: 'kill', for: '5m' };
    const killed = await give(lab, 'w1', 'stop', params, { op: 'apply', run: 'k1' });
    expect(killed.result).toMatchObject({ state: 'changed', data: { running: '0' } });
    expect(killed.result?.data).not.toHaveProperty('found');
    await sh('systemctl stop short; sleep 1.5');
    // Nothing is left to be seen of it.
    const again = await give(lab, 'w1', 'stop', params, { op: 'apply', run: 'k2' });
    expect(again.result?.state).toBe('already');
    expect(again.result?.data).not.toHaveProperty('found');
    await give(lab, 'w1', 'stop', params, { op: 'undo', run: 'k1', before: killed.result!.before! });
    const typo = { process: 'systemd-jornald', for: '30s' };
    const none = await give(lab, 'w1', 'stop', typo, { op: 'apply', run: 'k3' });
    expect(none.result).toMatchObject({ state: 'changed', data: { found: '0' } });
    expect(none.result?.data?.names).toMatch(/^systemd systemd-\S*/);
    await give(lab, 'w1', 'stop', typo, { op: 'undo', run: 'k3', before: none.result!.before! });
  });

  test('never what the machine is run or reached by', async () => {
    for (const process of ['systemd-journal', 'sshd-session', 'dbus-daemon']) {
      const apply = await give(
        lab,
        'w1',
        'stop',
        { process, for: '30s' },
        { op: 'apply', run: `n-${process}` },
      );
      expect(apply.result).toMatchObject({ state: 'changed', data: { held: '0' } });
      const undo = await give(
        lab,
        'w1',
        'stop',
        { process, for: '30s' },
        { op: 'undo', run: `n-${process}`, before: apply.result!.before! },
      );
      expect(undo.result?.state).toBe('changed');
    }
  });
});
