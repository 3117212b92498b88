import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { text } from './critical.ts';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n').length;

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('a dead lock is broken by one, and never a living one in its place', async ({ box }) => {
    // Whoever removes the lock takes long over it: by then it may have been broken and taken anew.
    const slow = 'rm() { case "$*" in *fireaxe/lock) sleep 0.3 ;; esac; command rm "$@"; }\n';
    box.file('/run/fireaxe/lock', '999999999 0 other/step\n');
    const all = await Promise.all(
      ['a', 'b', 'c', 'd'].map((step) => box.run(slow + text('apply', step), shell)),
    );
    expect(all.map((r) => r.result?.state)).toEqual(['changed', 'changed', 'changed', 'changed']);
    expect(existsSync(join(box.root, 'overlap'))).toBe(false);
  });

  test('one who died while breaking a lock is not waited for', async ({ box }) => {
    box.file('/run/fireaxe/lock', '999999999 0 other/step\n');
    box.file('/run/fireaxe/lock.break', '');
    const r = await box.run(text('apply'), shell);
    expect(r.result?.state).toBe('changed');
    expect(existsSync(join(box.root, 'run/fireaxe/lock.break'))).toBe(false);
  });

  test('a lock that others take and release again and again is waited for, and not gone without', async ({
    box,
  }) => {
    const faster =
      'FX_TRIES=0\nln() { case $3 in */lock) FX_TRIES=$((FX_TRIES + 1)); [ "$FX_TRIES" -gt 24 ] || return 1 ;; esac; command ln "$@"; }\n';
    await box.run(text('apply'), shell);
    const look = 'readlink "$FX_LOCK" >"$FX_ROOT/held"\necho x >>"$FX_ROOT/undone"';
    const order = text('undo', 's1', { thing: 'absent' }).replace('echo x >>"$FX_ROOT/undone"', () => look);
    expect((await box.run(faster + order, shell)).result).toMatchObject({ state: 'changed' });
    expect(readFileSync(join(box.root, 'held'), 'utf8')).toMatch(/ r1\/s1$/m);
  });

  test('two undos at once: the second finds it undone', async ({ box }) => {
    await box.run(text('apply'), shell);
    const order = text('undo', 's1', { thing: 'absent' });
    const both = await Promise.all([box.run(order, shell), box.run(order, shell)]);
    expect(both.map((r) => r.result?.state).sort()).toEqual(['already', 'changed']);
    expect(lines(join(box.root, 'undone'))).toBe(1);
  });
});
