import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { text } from './critical.ts';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('an order that is undone while it waits for the lock does nothing', async ({ box }) => {
    const there = (path: string) => existsSync(join(box.root, path));
    // The client of this order is gone; another run is busy here.
    box.file('/run/fireaxe/lock', `${process.pid} 0 other/step\n`);
    const waiting = box.run(text('apply'), shell);
    await expect.poll(() => there('run/fireaxe/r1/s1')).toBe(true);
    const undo = box.run(text('undo'), shell);
    await new Promise((done) => setTimeout(done, 300));
    rmSync(join(box.root, 'run/fireaxe/lock'));
    const [apply, back] = await Promise.all([waiting, undo]);
    expect(back.result?.state).toMatch(/changed|already/);
    // Whichever had the lock first: nothing stays that nobody knows of.
    expect(`${apply.result?.state} ${there('undone')}`).toMatch(/^(refused false|changed true)$/);
    expect((await box.run(text('undo'), shell)).result?.state).toBe('already');
    // A new order is not affected.
    rmSync(join(box.root, 'undone'), { force: true });
    expect((await box.run(text('apply'), shell)).result?.state).toBe('changed');
    expect((await box.run(text('undo'), shell)).result?.state).toBe('changed');
    expect(there('undone')).toBe(true);
  });

  test('an order that arrives after its undo does nothing; one that was sent after it does', async ({
    box,
  }) => {
    const late = text('apply', 's1', undefined, 30_000);
    expect((await box.run(text('undo'), shell)).result?.state).toBe('already');
    expect((await box.run(late, shell)).result).toMatchObject({ state: 'refused', code: 'undone' });
    expect((await box.run(text('apply', 's1', undefined, -1000), shell)).result?.state).toBe('changed');
  });
});
