import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stop } from '../../src/actions/stop/action.ts';
import { holdVariables } from '../../src/actions/stop/hold.ts';
import { order } from './made-up.ts';
import { Sandbox, SHELLS } from './sandbox.ts';

let box: Sandbox;
const children: ReturnType<typeof spawn>[] = [];
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  box.remove();
});
const sleeper = () => {
  const child = spawn('sleep', ['600']);
  children.push(child);
  return child;
};
const gone = (child: ReturnType<typeof spawn>) => child.exitCode !== null || child.signalCode !== null;

const params = { process: 'agent', how: 'freeze' as const, for: 60 };
const key = holdVariables(params).IN_KEY;
const undo = () => order(stop, 'undo', { params, before: () => ({ watch: 'off' }) });

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('without systemd undo ends the watch and nobody else', async () => {
    const [watching, other] = [sleeper(), sleeper()];
    box.file(`/run/fireaxe/hold-${key}/watch`, `${watching.pid}\n`);
    box.file(`/proc/${watching.pid}/cmdline`, `/bin/sh\0${box.root}/run/fireaxe/hold-${key}/watch.sh\0`);
    // It began at a time that is the id of another process.
    box.file(
      `/proc/${watching.pid}/stat`,
      `${watching.pid} (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${other.pid} 0 0\n`,
    );
    const ran = await box.run(undo(), shell);
    expect(ran.result?.state).toBe('changed');
    await expect.poll(() => gone(watching)).toBe(true);
    expect(gone(other)).toBe(false);
  });

  test('without systemd a watch that died leaves an id that is another process by now', async () => {
    const other = sleeper();
    box.file(`/run/fireaxe/hold-${key}/watch`, `${other.pid}\n`);
    box.file(`/proc/${other.pid}/cmdline`, 'sleep\x0060\0');
    box.file(
      `/proc/${other.pid}/stat`,
      `${other.pid} (sleep) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 999999999 0 0\n`,
    );
    const ran = await box.run(undo(), shell);
    expect(ran.result?.state).toBe('changed');
    await new Promise((done) => setTimeout(done, 200));
    expect(gone(other)).toBe(false);
  });
});

test('a hold has the same key in every version, so that a later undo finds it', () => {
  const all = { process: 'agent', cmdline: 'agent --all', user: 'root', cgroup: 'agent.service' };
  expect(holdVariables({ ...all, how: 'freeze', for: 60 }).IN_KEY).toBe('e3dbbe2abc');
  expect(key).toBe('ade55dc9d0');
});
