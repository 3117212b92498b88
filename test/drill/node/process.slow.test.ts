import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGuardian } from '../../../src/drill/node/guardian.ts';
import { startProcess } from '../../../src/drill/node/process.ts';
import { sh, type TestLab, testLab } from './lab.ts';

let lab: TestLab;
beforeEach(async () => {
  lab = await testLab();
});
afterEach(() => lab.close());

const letter = (root: string, pid: number) =>
  readFileSync(join(root, `proc/${pid}/stat`), 'utf8').replace(/.*\) (\w).*\n/, '$1');

test('shows in /proc and takes its turns', async () => {
  const node = await lab.node();
  const process = node.spawn({
    comm: 'telemetry-collector',
    args: ['/bin/telemetry', '--all now'],
    cgroup: '/pods/a',
  });
  const ran = await sh(
    node,
    `cd "$FIREAXE_ROOT/proc/${process.pid}"; cat comm cgroup; tr '\\0' '|' <cmdline; cut -d' ' -f22 stat`,
  );
  expect(ran.stdout).toMatch(/^telemetry-colle\n0::\/pods\/a\n\/bin\/telemetry\|--all now\|\d{1,4}\n$/);
  expect(await process.turn()).toBe(true);
});

test('an answer that waited for a lab that stood still is a turn', async () => {
  const node = await lab.node();
  const process = node.spawn({ comm: 'agent', args: ['agent'], cgroup: '/' });
  expect(await process.turn()).toBe(true);
  const turn = process.turn();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  expect(await turn).toBe(true);
});

test.each(['proc', 'turn'] as const)(
  'a script that stops it sees it stopped (state learnt by %s)',
  async (observeBy) => {
    const node = await lab.node({}, { observeBy });
    const process = node.spawn({ comm: 'agent', args: ['agent'], cgroup: '/' });
    const ran = await sh(
      node,
      `p=${process.pid}; kill -STOP $p; n=0
     until grep -q ') T ' "$FIREAXE_ROOT/proc/$p/stat"; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.02; done`,
    );
    expect(ran.code).toBe(0);
    expect(await process.turn()).toBe(false);
    expect(letter(node.root, process.pid)).toBe('T');
    process.kill('SIGCONT');
    await expect.poll(() => process.turn()).toBe(true);
    expect(letter(node.root, process.pid)).toBe('S');
  },
);

test('leaves /proc when it ends, and says so', async () => {
  const node = await lab.node();
  const process = node.spawn({ comm: 'agent', args: ['agent'], cgroup: '/' });
  const gone = new Promise<void>((resolve) => process.onExit(resolve));
  await sh(node, `kill ${process.pid}`);
  await gone;
  expect(process.alive()).toBe(false);
  expect(await process.turn()).toBe(false);
  expect(existsSync(join(node.root, `proc/${process.pid}`))).toBe(false);
  expect(node.processes()).toEqual([]);
});

test('nothing outlives a lab that is killed, not even what was stopped', async () => {
  const url = (path: string) => new URL(`../../../src/drill/node/${path}.ts`, import.meta.url).pathname;
  // A lab of its own in a process of its own, which dies by SIGKILL.
  const { buildSync } = await import('esbuild');
  const out = join(lab.dir, 'doomed.mjs');
  buildSync({
    stdin: {
      contents: `import { createGuardian } from ${JSON.stringify(url('guardian'))};
        import { startProcess } from ${JSON.stringify(url('process'))};
        const guardian = createGuardian(process.argv[2]);
        const one = startProcess({ proc: process.argv[2], comm: 'a', args: ['a'], cgroup: '/', startTime: 1, guardian });
        one.kill('SIGSTOP');
        console.log(one.pid);
        setInterval(() => {}, 1000);`,
      resolveDir: lab.dir,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: out,
  });
  const doomed = spawn(process.execPath, [out, join(lab.dir, 'doomed')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(await new Promise((resolve) => doomed.stdout.once('data', resolve)));
  expect(await exists(pid)).toBe(true);
  doomed.kill('SIGKILL');
  await expect.poll(() => exists(pid)).toBe(false);
});

async function exists(pid: number): Promise<boolean> {
  const state = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return state.stdout.trim() !== '' && !state.stdout.startsWith('Z');
}

test('a process asked by turns alone needs no /proc of the host', async () => {
  const guardian = createGuardian(join(lab.dir, 'g'));
  const proc = join(lab.dir, 'proc');
  const one = startProcess({
    proc,
    comm: 'a',
    args: ['a'],
    cgroup: '/',
    startTime: 1,
    guardian,
    observeBy: 'turn',
  });
  one.kill('SIGSTOP');
  await expect.poll(() => one.turn()).toBe(false);
  expect(readFileSync(join(proc, `${one.pid}/status`), 'utf8')).toContain('State:\tT (stopped)');
  one.kill('SIGKILL');
  await new Promise<void>((resolve) => one.onExit(resolve));
  guardian.close();
});
