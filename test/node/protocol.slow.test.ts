import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test as plain } from 'vitest';
import { exec } from '../../src/actions/exec/action.ts';
import type { Op } from '../../src/node/types.ts';
import { madeUp, order } from './made-up.ts';
import { MACHINE_ID, type Sandbox, SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const text = (
  op: Op,
  params: Record<string, unknown>,
  over: Parameters<typeof order>[2] = {},
  action: unknown = exec,
) => order(action, op, { params, ...over });
const run = (command: string) => ({ command, exits: ['0'] });
/** A made-up action: a file is its whole world. */
const touch = madeUp(
  `
act_look() {
  if [ -e "$FX_ROOT/thing" ]; then fx_before thing there; FX_STATE=already; else fx_before thing absent; FX_STATE=would; fi
}
act_apply() { eval "$P_EXTRA"; : >"$FX_ROOT/thing"; }
act_verify() { [ -e "$FX_ROOT/thing" ] || fx_fail gone 'it is gone'; }
act_undo() { [ "$B_thing" = there ] || rm -f "$FX_ROOT/thing"; }
`,
  (params: Record<string, string>) => ({ P_EXTRA: params.extra ?? '' }),
);
const ran = (box: Sandbox) =>
  readFileSync(join(box.root, 'run/fireaxe/r1/s1/ran'), 'utf8').trim().split('\n').length;
const thing = (box: Sandbox) => existsSync(join(box.root, 'thing'));

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('exec: output, exit status, one result line', async ({ box }) => {
    const ok = await box.run(text('apply', run('echo hello; echo oops >&2')), shell);
    expect(ok).toMatchObject({
      code: 0,
      stdout: 'hello\n',
      stderr: 'oops\n',
      result: { state: 'changed', exit: 0 },
    });
  });

  test('exec: a failure is one, and its status is told', async ({ box }) => {
    const bad = await box.run(text('apply', run('exit 7')), shell);
    expect(bad).toMatchObject({ code: 3, result: { state: 'failed', code: 'exit', exit: 7 } });
  });

  test('exec never runs twice, by whichever order', async ({ box }) => {
    const params = run(`echo x >>${box.root}/count`);
    const first = text('apply', params);
    await box.run(first, shell);
    const copy = await box.run(first, shell);
    const anew = await box.run(text('apply', params), shell);
    expect(copy.result).toMatchObject({ state: 'changed', exit: 0, data: { again: '1' } });
    expect(anew.result).toMatchObject({ state: 'changed', data: { again: '1' } });
    expect(readFileSync(join(box.root, 'count'), 'utf8')).toBe('x\n');
    expect(ran(box)).toBe(1);
  });

  test('exec that began and did not end is interrupted, not run again', async ({ box }) => {
    const params = run(`echo x >>${box.root}/count; kill -9 $PPID; sleep 0.2`);
    await box.run(text('apply', params), shell);
    const again = await box.run(text('apply', params), shell);
    expect(again).toMatchObject({ code: 5, result: { state: 'interrupted' } });
    const receipt = await box.run(text('receipt', params), shell);
    expect(receipt).toMatchObject({ code: 5, result: { state: 'interrupted' } });
    expect(readFileSync(join(box.root, 'count'), 'utf8')).toBe('x\n');
  });

  test('a background child that keeps the pipe does not keep the result', async ({ box }) => {
    box.file('stay', '');
    const stays = `while [ -e ${box.root}/stay ]; do sleep 0.1; done & echo out`;
    const r = await box.run(text('apply', run(stays)), shell);
    expect(r).toMatchObject({ code: 0, stdout: 'out\n', result: { state: 'changed' } });
  });

  test('the deadline ends the command, its children and the script', async ({ box }) => {
    const r = await box.run(
      text('apply', run(`trap '' TERM; sleep 600; touch ${box.root}/late`), { deadlineMs: 2000 }),
      shell,
    );
    expect(r).toMatchObject({ code: 3, result: { state: 'failed', code: 'deadline' } });
    // Its sleep would hold the pipe for ten minutes.
    await r.closed;
    expect(existsSync(join(box.root, 'run/fireaxe/lock'))).toBe(false);
  });

  test('over SSM the output leaves room for the result', async ({ box }) => {
    const r = await box.run(
      text('apply', run('i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; exit 4'), {
        via: 'ssm',
      }),
      shell,
    );
    expect(r.result).toMatchObject({ state: 'failed', exit: 4, data: { more: '1', truncated: '1' } });
    // SSM keeps 24,000 characters; the output goes on after the result line.
    expect(r.stdout.length).toBeGreaterThan(20_000);
    expect(r.stdout.length).toBeLessThan(21_700);
    const lines = r.stdout.split('\n').slice(0, -1);
    expect(lines).toEqual(lines.map((_, n) => `line ${n}`));
  });

  test('over SSM a short output is whole', async ({ box }) => {
    const r = await box.run(
      text('apply', run('i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done'), { via: 'ssm' }),
      shell,
    );
    expect(r.result!.data).toEqual({ more: '1' });
    expect(r.stdout.split('\n')).toHaveLength(401);
    expect(existsSync(join(box.root, 'run/fireaxe/r1/s1/rest'))).toBe(false);
  });

  test('the wrong machine, by either id', async ({ box }) => {
    const other = await box.run(text('apply', {}, { target: { machineId: 'f'.repeat(32) } }, touch), shell);
    expect(other).toMatchObject({ code: 4, result: { state: 'refused', code: 'wrong-machine' } });
    box.file('/sys/class/dmi/id/board_asset_tag', 'i-0aa\n');
    const reused = await box.run(text('check', {}, { target: { instanceId: 'i-0bb' } }, touch), shell);
    expect(reused).toMatchObject({ code: 4, result: { code: 'wrong-machine' } });
    const right = await box.run(text('check', {}, { target: { instanceId: 'i-0aa' } }, touch), shell);
    expect(right).toMatchObject({ code: 0, result: { state: 'would' } });
    const ssm = await box.run(
      text('check', {}, { target: { instanceId: 'i-0bb' }, via: 'ssm' }, touch),
      shell,
    );
    expect(ssm.code).toBe(0);
    expect(thing(box)).toBe(false);
  });

  test('a machine outside EC2, by its registration with Systems Manager', async ({ box }) => {
    const check = (instanceId: string) =>
      box.run(text('check', {}, { target: { instanceId } }, touch), shell);
    box.file('/var/lib/amazon/ssm/registration', '{"ManagedInstanceID":"mi-0bb","Region":"eu-north-1"}\n');
    expect(await check('mi-0bb')).toMatchObject({ code: 0, result: { state: 'would' } });
    expect(await check('mi-0b')).toMatchObject({ code: 4, result: { code: 'wrong-machine' } });
  });

  test('past its time', async ({ box }) => {
    const r = await box.run(text('apply', {}, { notAfter: new Date(Date.now() - 86_400_000) }, touch), shell);
    expect(r).toMatchObject({
      code: 4,
      // Its clock, for comparison with the operator's.
      result: { state: 'refused', code: 'too-late', data: { now: expect.stringMatching(/^\d{10}$/) } },
    });
    expect(Number(r.result!.data!.now)).toBeCloseTo(Date.now() / 1000, -2);
    expect(thing(box)).toBe(false);
  });

  test('nothing but apply is refused by a clock', async ({ box }) => {
    const notAfter = new Date(Date.now() - 86_400_000);
    await box.run(text('apply', {}, {}, touch), shell);
    for (const op of ['check', 'verify', 'receipt', 'keep', 'undo'] as const) {
      const { result } = await box.run(text(op, {}, { notAfter }, touch), shell);
      expect([op, result?.code ?? result?.state]).not.toEqual([op, 'too-late']);
    }
    expect(thing(box)).toBe(false);
  });

  test('a receipt that is absent comes with the boot, and for how long it has been', async ({ box }) => {
    const boot = '11111111-1111-4111-8111-111111111111';
    const receipt = async () => (await box.run(text('receipt', {}, {}, touch), shell)).result?.data;
    expect(await receipt()).toBeUndefined();
    box.file('/proc/sys/kernel/random/boot_id', `${boot}\n`);
    box.file('/proc/uptime', '5000.17 9000.00\n');
    expect(await receipt()).toEqual({ boot, up: '5000' });
    const stat = (began: number) =>
      box.file('/proc/1/stat', `1 (a) init) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ${began} 17 2\n`);
    stat(25);
    expect(await receipt()).toEqual({ boot: `${boot}.25`, up: '5000' });
    // A container that began with the machine up for 4,000 s; and one that is shown its own uptime alone.
    stat(400_000);
    expect(await receipt()).toEqual({ boot: `${boot}.400000`, up: '1000' });
    box.file('/proc/uptime', '1000.17 9000.00\n');
    expect(await receipt()).toEqual({ boot: `${boot}.400000`, up: '1000' });
  });

  test('over SSM exec of before the last boot is not run: the agent may have run it then', async ({
    box,
  }) => {
    const sentAt = () => new Date(Date.now() - 60_000);
    const count = () =>
      existsSync(join(box.root, 'count')) ? readFileSync(join(box.root, 'count'), 'utf8') : '';
    const give = (up: number, over: Parameters<typeof order>[2]) => {
      box.file('/proc/uptime', `${up}.50 9000.00\n`);
      return box.run(text('apply', run(`printf x >>${box.root}/count`), { sentAt, ...over }), shell);
    };
    const again = await give(20, { via: 'ssm' });
    expect(again.result).toMatchObject({
      state: 'refused',
      code: 'rebooted',
      note: expect.stringContaining('booted 4'),
    });
    expect(count()).toBe('');
    expect(existsSync(join(box.root, 'run/fireaxe'))).toBe(false);
    // Its clock is known to be ahead of the operator's by that much.
    expect((await give(20, { via: 'ssm', shift: () => 60, stepId: 's2' })).result?.state).toBe('changed');
    expect((await give(61, { via: 'ssm', stepId: 's3' })).result?.state).toBe('changed');
    // By SSH it is not delivered twice.
    expect((await give(20, { stepId: 's4' })).result?.state).toBe('changed');
    expect(count()).toBe('xxx');
  });

  test('keep after a reboot says that the change went with it', async ({ box }) => {
    const { result } = await box.run(text('keep', {}, {}, touch), shell);
    expect(result).toMatchObject({
      state: 'failed',
      code: 'not-armed',
      note: expect.stringContaining('reboot'),
    });
    expect(existsSync(join(box.root, 'run/fireaxe'))).toBe(false);
  });

  test('an order carries the difference of the clocks', async ({ box }) => {
    const notAfter = new Date(Date.now() - 86_400_000);
    const carried = text('apply', {}, { notAfter, shift: () => 86_520 }, touch);
    expect((await box.run(carried, shell)).result).toMatchObject({ state: 'changed' });
    const less = text('apply', {}, { notAfter, shift: () => 86_000, stepId: 's2' }, touch);
    expect((await box.run(less, shell)).result).toMatchObject({ code: 'too-late' });
  });

  test('check leaves no trace; apply, a copy, verify, undo, a copy, anew', async ({ box }) => {
    const check = await box.run(text('check', {}, {}, touch), shell);
    expect(check.result).toMatchObject({ state: 'would', before: { thing: 'absent' } });
    expect(existsSync(join(box.root, 'run/fireaxe'))).toBe(false);
    expect((await box.run(text('receipt', {}, {}, touch), shell)).result?.state).toBe('absent');

    const apply = text('apply', {}, {}, touch);
    expect((await box.run(apply, shell)).result).toMatchObject({
      state: 'changed',
      before: { thing: 'absent' },
    });
    expect((await box.run(apply, shell)).result).toMatchObject({
      state: 'changed',
      before: { thing: 'absent' },
      data: { again: '1' },
    });
    expect(ran(box)).toBe(1);
    expect((await box.run(text('verify', {}, {}, touch), shell)).result?.state).toBe('ok');
    expect((await box.run(text('receipt', {}, {}, touch), shell)).result).toMatchObject({
      state: 'ok',
      before: { thing: 'absent' },
      data: { state: 'changed' },
    });

    const undo = text('undo', {}, { before: () => ({ thing: 'absent' }) }, touch);
    expect((await box.run(undo, shell)).result?.state).toBe('changed');
    expect(thing(box)).toBe(false);
    expect((await box.run(undo, shell)).result?.state).toBe('already');
    // A late copy of the first order changes nothing; a new order does.
    expect((await box.run(apply, shell)).result).toMatchObject({ data: { undone: '1' } });
    expect(thing(box)).toBe(false);
    expect((await box.run(text('apply', {}, {}, touch), shell)).result?.state).toBe('changed');
    expect(thing(box)).toBe(true);
    expect(ran(box)).toBe(2);
  });

  test('undo without the journal finds the way back in the receipt, and what was there stays', async ({
    box,
  }) => {
    writeFileSync(join(box.root, 'thing'), '');
    expect((await box.run(text('apply', {}, {}, touch), shell)).result?.state).toBe('already');
    expect((await box.run(text('undo', {}, {}, touch), shell)).result?.state).toBe('changed');
    expect(thing(box)).toBe(true);
    const other = await box.run(text('undo', {}, { stepId: 's2' }, touch), shell);
    expect(other.result?.state).toBe('already');
  });

  test('an interrupted change is done again from the first before-state', async ({ box }) => {
    const half = { extra: `: >"${box.root}/thing"; kill -9 $$` };
    await box.run(text('apply', half, {}, touch), shell);
    expect((await box.run(text('receipt', {}, {}, touch), shell)).result).toMatchObject({
      state: 'interrupted',
      before: { thing: 'absent' },
    });
    const redo = await box.run(text('apply', {}, {}, touch), shell);
    // Not `already`: that would be another step's change, which undo leaves.
    expect(redo.result).toMatchObject({ state: 'changed', before: { thing: 'absent' } });
    await box.run(text('undo', {}, {}, touch), shell);
    expect(thing(box)).toBe(false);
  });

  test('waits for a held lock, then refuses; breaks the lock of a dead owner', async ({ box }) => {
    box.file('/run/fireaxe/lock', `${process.pid} 0 other/step\n`);
    // The turns of its waiting are counted, not waited for.
    const turns = `sleep() { [ "$1" != 1 ] || { echo turn >>"${box.root}/turns"; return 0; }; exec sleep "$@"; }\n`;
    const busy = await box.run(turns + text('apply', {}, { deadlineMs: 30_000 }, touch), shell);
    expect(readFileSync(join(box.root, 'turns'), 'utf8')).toBe('turn\n'.repeat(15));
    expect(busy).toMatchObject({ code: 4, result: { state: 'refused', code: 'locked' } });
    box.file('/run/fireaxe/lock', '999999999 0 other/step\n');
    const stale = await box.run(text('apply', {}, {}, touch), shell);
    expect(stale.result?.state).toBe('changed');
    expect(existsSync(join(box.root, 'run/fireaxe/lock'))).toBe(false);
  });

  test('no room for a receipt: nothing is changed', async ({ box }) => {
    writeFileSync(join(box.root, 'run/fireaxe'), 'in the way');
    const r = await box.run(text('apply', {}, {}, touch), shell);
    expect(r).toMatchObject({ code: 4, result: { state: 'refused', code: 'no-receipt' } });
    expect(thing(box)).toBe(false);
  });

  test('any bytes in a note make one line of JSON, at most 2,400 characters', async ({ box }) => {
    const nasty = {
      extra: `fx_say "$(printf 'q" b\\\\ t\\t n\\nx \\001\\033[31m \\377\\303\\244 {}[]^|\`')"; fx_data k "$(printf 'a"\\nb')"; i=0; while [ $i -lt 99 ]; do fx_data k$i '""""""""""""""""""""""'; fx_say '\\"\\"\\"\\"\\"\\"\\"\\"\\"\\"\\"\\"\\"'; i=$((i+1)); done`,
    };
    const r = await box.run(text('apply', nasty, {}, touch), shell);
    expect(r.result?.note).toContain('q" b\\ t\t n\nx ??[31m ??? {}[]^|`');
    expect(r.result?.data?.k).toBe('a"\nb');
    expect(r.stdout).toBe('');
    expect(JSON.stringify(r.result).length).toBeLessThan(2400);
  });

  test('two at once: one works, the other finds it done', async ({ box }) => {
    const slow = text('apply', { extra: 'sleep 1' }, {}, touch);
    const both = await Promise.all([box.run(slow, shell), box.run(slow, shell)]);
    expect(both.map((r) => r.result?.state)).toEqual(['changed', 'changed']);
    expect(ran(box)).toBe(1);
  });
});

plain('texts: no id over SSM, parameters quoted, comments left out', () => {
  const ssm = text('apply', run("it's"), { via: 'ssm' });
  expect(ssm).not.toContain(MACHINE_ID);
  expect(ssm).toContain("P_COMMAND='it'\\''s'");
  expect(ssm).not.toMatch(/^\s*#/m);
  expect(ssm.endsWith('\nfx_main\n')).toBe(true);
  expect(ssm.length).toBeLessThan(17_200);
});
