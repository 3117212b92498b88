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
  test('reverts a change at once if a timer fired while it was made, as no timer is left', async ({
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

  const marks = { process: 'ln -s 999999999 off/by', nothing: ':' };
  test.for(Object.entries(marks))(
    'a timer that is killed over its revert, leaving %s: the other one reverts',
    async ([, mark], { box }) => {
      tools(box);
      await box.run(text('apply'), shell);
      await box.run(`cd "$SANDBOX/${STEP}" && mkdir off && ${mark}`, shell);
      await box.run(`/bin/sh "$SANDBOX/${STEP}/revert"`, shell);
      expect([there(box, 'table'), there(box, `${STEP}/fired`)]).toEqual([false, true]);
    },
  );

  test('the second timer waits for the first, and reverts nothing once that has', async ({ box }) => {
    tools(box);
    await box.run(text('apply'), shell);
    const first = '{ sleep 2; echo again >"$SANDBOX/table"; : >fired; } & ln -s $! off/by';
    await box.run(`cd "$SANDBOX/${STEP}"; mkdir off; ${first}; /bin/sh "$SANDBOX/${STEP}/revert"`, shell);
    expect(readFileSync(join(box.root, 'table'), 'utf8')).toBe('again\n');
  });

  test('a keep is one step: killed right after it, the change is kept', async ({ box }) => {
    tools(box);
    await box.run(text('apply'), shell);
    // The mark is made, and nothing is written down yet.
    const killed = 'ln() { command ln "$@"; case $* in *keep/.*) kill -KILL $$ ;; esac; }\n';
    expect((await box.run(killed + text('keep'), shell)).result).toBeUndefined();
    expect(there(box, `${STEP}/kept`)).toBe(false);
    await box.run(`/bin/sh "$SANDBOX/${STEP}/revert"`, shell);
    expect(there(box, 'table')).toBe(true);
    expect((await box.run(text('receipt'), shell)).result).toMatchObject({ data: { kept: '1' } });
    expect((await box.run(text('keep'), shell)).result).toMatchObject({ state: 'already', note: 'kept' });
    expect(there(box, `${STEP}/kept`)).toBe(true);
  });

  test('a keep that is killed before it: the change is reverted', async ({ box }) => {
    tools(box);
    await box.run(text('apply'), shell);
    const killed = 'ln() { case $* in *keep/.*) kill -KILL $$ ;; esac; command ln "$@"; }\n';
    expect((await box.run(killed + text('keep'), shell)).result).toBeUndefined();
    await box.run(`/bin/sh "$SANDBOX/${STEP}/revert"`, shell);
    expect(there(box, 'table')).toBe(false);
  });

  test('a keep does not win where a timer was first', async ({ box }) => {
    tools(box);
    const apply = await box.run(text('apply'), shell);
    expect(apply.result).toMatchObject({ state: 'changed' });
    // It fires between the look of the keep and its mark.
    const fires = `ln() { case $* in *keep/.*) mkdir "$SANDBOX/${STEP}/off" ;; esac; command ln "$@"; }\n`;
    expect((await box.run(fires + text('keep'), shell)).result).toMatchObject({
      state: 'failed',
      code: 'fired',
    });
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
