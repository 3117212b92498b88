import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order, orderText } from './orders.ts';
import { clientScript, serverScript, unit } from './streams.ts';

let lab: Lab;
const node = process.execPath;
const sh = async (command: string, at = 'w1') => (await lab.at(at).sh(command)).stdout.trim();
const kubelet =
  '[Service]\nExecStart=/bin/sleep 1000000\nRestart=always\nRestartSec=100ms\n[Install]\nWantedBy=multi-user.target\n';

beforeAll(async () => {
  const files = {
    '/opt/server.mjs': serverScript,
    '/opt/client.mjs': clientScript,
    '/etc/systemd/system/api.service': unit(`${node} /opt/server.mjs`),
    '/etc/systemd/system/kubelet.service': kubelet,
  };
  lab = await Lab.up([
    { name: 'w1', files },
    { name: 'w2', files },
  ]);
  await sh(
    'systemctl start api; systemctl enable --now kubelet; cp /bin/sleep /usr/local/bin/offender; systemd-run --unit=off -p Restart=always /usr/local/bin/offender 500000',
  );
});
afterAll(() => lab?.down());

describe('cordon', () => {
  const cordon = (order: Order) =>
    give(lab, 'w1', 'cordon', { port: '6443,30000-32767', timer: '60s' }, order);

  test('new connections are refused, running ones finish, local ones go on; kept, already, back', async () => {
    const { address } = lab.at('w1').spec;
    await sh(`systemd-run --unit=old ${node} /opt/client.mjs ${address} /tmp/old`, 'w2');
    await expect.poll(() => sh('cut -d" " -f1 /tmp/old', 'w2'), { timeout: 8000 }).toBe('up');
    // One that says nothing until it is asked to: the kernel may not know it as a running one.
    await sh(
      `systemd-run --unit=speaks ${node} -e "const fs = require('fs'), s = require('net').connect(6443, '${address}', () => s.write('q'));
      s.on('error', () => {}).on('close', () => fs.writeFileSync('/tmp/spoke', 'closed'));
      setInterval(() => fs.existsSync('/tmp/speak') && s.write('x') && fs.writeFileSync('/tmp/spoke', 'said'), 300)"`,
      'w2',
    );
    const open = () => sh(`ss -Htn state established '( sport = :6443 )' | wc -l`);
    await expect.poll(open, { timeout: 8000 }).toBe('2');
    const ruleset = await sh('nft list ruleset');
    expect((await cordon({ op: 'check', run: 'c1' })).result).toMatchObject({ state: 'would' });
    expect(await sh('nft list ruleset; ls /run/fireaxe 2>/dev/null')).toBe(ruleset);
    const old = await sh('cat /tmp/old', 'w2');
    const apply = await cordon({ op: 'apply', run: 'c1' });
    expect(apply.result).toMatchObject({ state: 'changed', before: { table: 'absent' } });
    await sh(`systemd-run --unit=new ${node} /opt/client.mjs ${address} /tmp/new; sleep 1.5`, 'w2');
    expect(await sh('cut -d" " -f1 /tmp/new', 'w2')).toBe('ECONNREFUSED');
    expect(await sh('cat /tmp/old', 'w2')).toBe(old);
    await sh('touch /tmp/speak; sleep 1.5', 'w2');
    expect(await sh('cat /tmp/spoke', 'w2')).toBe('said');
    expect(await open()).toBe('2');
    expect(await sh('(echo >/dev/tcp/127.0.0.1/6443) && echo in')).toBe('in');
    expect((await cordon({ op: 'keep', run: 'c1' })).result).toMatchObject({ state: 'changed' });
    expect((await cordon({ op: 'apply', run: 'c2' })).result).toMatchObject({ state: 'already' });
    expect(Number((await cordon({ op: 'verify', run: 'c1' })).result?.data?.['refused'])).toBeGreaterThan(0);
    await cordon({ op: 'undo', run: 'c1', before: apply.result!.before! });
    expect(await sh('nft list ruleset')).toBe(ruleset);
    await expect.poll(() => sh('cut -d" " -f1 /tmp/new', 'w2'), { timeout: 5000 }).toBe('up');
    await sh('systemctl stop old new speaks', 'w2');
  });

  test('our own way in is refused', async () => {
    const refused = await give(lab, 'w1', 'cordon', { port: '20-30' }, { op: 'apply', run: 'c9' });
    expect(refused).toMatchObject({ code: 4, result: { code: 'own-way' } });
  });
});

describe('shrink', () => {
  test('kubelet and offender held, already, and back', async () => {
    const params = { process: 'offender', for: '5m' };
    const shrink = (order: Order) => give(lab, 'w1', 'shrink', params, order);
    const states = () => sh(`systemctl is-active kubelet; cut -d' ' -f3 /proc/$(pgrep -x offender)/stat`);
    expect((await shrink({ op: 'check', run: 's1' })).result).toMatchObject({ state: 'would' });
    expect(await states()).toBe('active\nS');
    const apply = await shrink({ op: 'apply', run: 's1' });
    expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1' } });
    expect(await states()).toBe('inactive\nT');
    expect((await shrink({ op: 'verify', run: 's1' })).result).toMatchObject({ state: 'ok' });
    expect((await shrink({ op: 'apply', run: 's2' })).result).toMatchObject({ state: 'already' });
    await shrink({ op: 'undo', run: 's1', before: apply.result!.before! });
    expect(await states()).toBe('active\nS');
  });
});

describe('a machine that is not as it should be', () => {
  const stop = (order: Order) => give(lab, 'w2', 'stop', { process: 'offender', for: '1m' }, order);

  test('another machine on its address', async () => {
    const wrong = await stop({ op: 'apply', run: 'x1', machineId: 'f'.repeat(32) });
    expect(wrong).toMatchObject({ code: 4, result: { state: 'refused', code: 'wrong-machine' } });
    expect(await sh('ls /run/fireaxe 2>&1', 'w2')).toMatch(/No such file/);
  });

  test('late, by its clock; a clock a day ahead says so', async () => {
    const late = await stop({ op: 'apply', run: 'x2', notAfter: new Date(Date.now() - 5000) });
    expect(late).toMatchObject({ code: 4, result: { code: 'too-late' } });
    await sh(
      `printf '#!/bin/sh\\n/bin/date -d "+1 day" "$@"\\n' >/usr/local/sbin/date; chmod +x /usr/local/sbin/date`,
      'w2',
    );
    const text = orderText(lab, 'w2', 'stop', { process: 'offender', for: '1m' }, { op: 'apply', run: 'x3' });
    const ahead = await lab.at('w2').run(`PATH=/usr/local/sbin:$PATH\n${text}`);
    expect(ahead.result).toMatchObject({
      state: 'refused',
      code: 'too-late',
      note: expect.stringMatching(/8\d{4} s after/),
    });
    await sh('rm /usr/local/sbin/date', 'w2');
  });

  test('disk full, then read-only: nothing is changed', async () => {
    await sh(
      'mkdir -p /run/fireaxe; mount -t tmpfs -o size=4k,nr_inodes=4 tmpfs /run/fireaxe; head -c 4096 /dev/zero >/run/fireaxe/full',
      'w2',
    );
    const full = await stop({ op: 'apply', run: 'x4' });
    expect(full).toMatchObject({ code: 4, result: { state: 'refused', code: 'no-receipt' } });
    await sh('umount /run/fireaxe; mount -t tmpfs -o ro tmpfs /run/fireaxe', 'w2');
    const readOnly = await stop({ op: 'apply', run: 'x5' });
    expect(readOnly).toMatchObject({ code: 4, result: { state: 'refused', code: 'no-receipt' } });
    expect((await stop({ op: 'check', run: 'x5' })).result?.state).toBe('would');
    await sh('umount /run/fireaxe', 'w2');
    expect(await sh('systemctl list-units --all --plain --no-legend "fireaxe*"', 'w2')).toBe('');
  });

  test('two runs: one waits for the other; a stale lock is ignored', async () => {
    const slow = orderText(lab, 'w2', 'stop', { process: 'offender', for: '1m' }, { op: 'apply', run: 'y1' });
    const held = slow.replace('\nfx_main\n', () => '\nprocess_apply() { sleep 2; }\nfx_main\n');
    const began = Date.now();
    const [first, second] = await Promise.all([
      lab.at('w2').run(held),
      new Promise<void>((resolve) => setTimeout(resolve, 700)).then(() => stop({ op: 'apply', run: 'y2' })),
    ]);
    expect(first.result?.state).toBe('changed');
    expect(second.result?.state).toBe('changed');
    expect(Date.now() - began).toBeGreaterThan(2000);
    await sh('echo "1 12345 other/step" >/run/fireaxe/lock', 'w2');
    expect((await stop({ op: 'apply', run: 'y3' })).result?.state).toBe('already');
    await stop({ op: 'undo', run: 'y2', before: second.result!.before! });
  });

  test('a noisy login shell and a sh that is bash or busybox', async () => {
    await sh('echo "echo welcome; echo to this machine >&2" >/root/.bashrc', 'w2');
    expect((await stop({ op: 'check' })).result?.state).toBe('would');
    await sh(': >/root/.bashrc', 'w2');
    for (const shell of ['/bin/bash --norc --posix', '/bin/busybox sh', '/bin/dash']) {
      const run = `sh-${shell.replace(/\W+/g, '-')}`;
      const apply = await stop({ op: 'apply', run, shell });
      expect(apply.result, shell).toMatchObject({ state: 'changed' });
      expect((await stop({ op: 'undo', run, shell, before: apply.result!.before! })).result?.state).toBe(
        'changed',
      );
    }
  });

  test('no systemd-run: a detached timer; neither: refused', async () => {
    const fence = (order: Order) => give(lab, 'w2', 'fence', { timer: '10s' }, order);
    await sh('mv /usr/bin/systemd-run /usr/bin/systemd-run.off', 'w2');
    const apply = await fence({ op: 'apply', run: 'z1' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    expect((await fence({ op: 'verify', run: 'z1' })).result).toMatchObject({ data: { armed: 'yes' } });
    await expect.poll(() => sh('nft list tables', 'w2'), { timeout: 15_000, interval: 500 }).toBe('');
    const kept = await fence({ op: 'apply', run: 'z2' });
    expect((await fence({ op: 'keep', run: 'z2' })).result).toMatchObject({ state: 'changed' });
    expect(await sh('pgrep -f "[r]evert" | wc -l', 'w2')).toBe('0');
    await fence({ op: 'undo', run: 'z2', before: kept.result!.before! });
    // The order ends at its deadline with the fence up and no timer of systemd's: the detached one must outlive it.
    const stuck = orderText(
      lab,
      'w2',
      'fence',
      { timer: '10s' },
      { op: 'apply', run: 'z4', deadlineMs: 3000 },
    );
    const late = await lab
      .at('w2')
      .run(stuck.replace('\nfx_main\n', () => '\nfence_close() { sleep 60; }\nfx_main\n'));
    expect(late.result).toMatchObject({ code: 'deadline' });
    expect(await sh('nft list tables', 'w2')).toContain('fireaxe');
    await expect.poll(() => sh('nft list tables', 'w2'), { timeout: 15_000, interval: 500 }).toBe('');
    await sh('mv /usr/bin/setsid /usr/bin/setsid.off', 'w2');
    expect((await fence({ op: 'apply', run: 'z3' })).result).toMatchObject({
      state: 'refused',
      code: 'no-timer',
    });
    expect(await sh('nft list tables', 'w2')).toBe('');
    await sh(
      'mv /usr/bin/systemd-run.off /usr/bin/systemd-run; mv /usr/bin/setsid.off /usr/bin/setsid',
      'w2',
    );
  });
});
