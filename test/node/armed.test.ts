import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { cordon } from '../../src/actions/cordon/action.ts';
import type { Op } from '../../src/node/types.ts';
import { order } from './made-up.ts';
import { type Sandbox, SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const text = (op: Op) => order(cordon, op, { params: { port: ['8080'], timer: 60 } });
const there = (box: Sandbox, path: string) => existsSync(join(box.root, path));
const STEP = 'run/fireaxe/r1/s1';

/** The tools of the golden cases, with something before one of them. */
function tools(box: Sandbox, before: { nft?: string; systemctl?: string } = {}): void {
  box.file('/run/systemd/system/.here', '');
  for (const name of ['nft', 'systemctl', 'systemd-run'] as const) {
    const body = readFileSync(join(import.meta.dirname, 'tools', `${name}.sh`), 'utf8');
    box.tool(name, `${name === 'systemd-run' ? '' : (before[name] ?? '')}\n${body}`);
  }
}

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('a timer that fires while a change is made: it is taken back, as no timer would do it later', async ({
    box,
  }) => {
    // That of an attempt before this one, just before the rules are loaded.
    tools(box, { nft: `case $* in '-f '*rules.nft) /bin/sh "$SANDBOX/${STEP}/revert" ;; esac` });
    const { result } = await box.run(text('apply'), shell);
    expect(result).toMatchObject({ state: 'failed', code: 'fired' });
    expect([there(box, 'table'), there(box, `${STEP}/fired`)]).toEqual([false, true]);
    tools(box);
    expect((await box.run(text('apply'), shell)).result).toMatchObject({ state: 'changed' });
    expect([there(box, 'table'), there(box, `${STEP}/off`)]).toEqual([true, false]);
  });

  test('a keep that is killed once its timer is called off was one: the next says so', async ({ box }) => {
    tools(box);
    const apply = await box.run(text('apply'), shell);
    expect(apply.result).toMatchObject({ state: 'changed' });
    tools(box, {
      systemctl: '[ "$1" != stop ] || { set -- $(readlink "$SANDBOX/run/fireaxe/lock") && kill -KILL "$1"; }',
    });
    expect((await box.run(text('keep'), shell)).result).toBeUndefined();
    tools(box);
    expect((await box.run(text('keep'), shell)).result).toMatchObject({ state: 'already' });
    expect(there(box, 'table')).toBe(true);
  });
});
