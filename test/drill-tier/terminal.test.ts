import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, labUp } from './fireaxe.ts';

const BIN = resolve(import.meta.dirname, '../../bin/fireaxe.js');
const CTRL_S = '\x13';

let lab: Awaited<ReturnType<typeof labUp>>;
beforeAll(async () => {
  lab = await labUp('--workers', '12', '--seed', '3');
});
afterAll(() => lab?.end());

/** Fireaxe on a terminal of its own, by util-linux's `script`; `kill` hangs it up. */
function onTerminal(words: string) {
  const command = `stty rows 40 cols 120; exec '${process.execPath}' '${BIN}' ${words}`;
  const script = spawn('script', ['-qfec', command, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', TERM: 'xterm', FIREAXE_KIT: lab.kit, CI: '' },
  });
  let shown = '';
  script.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  return {
    shown: () => shown,
    type: (keys: string) => script.stdin.write(keys),
    hangUp: () => script.kill('SIGKILL'),
  };
}

async function newestRun() {
  const { json } = await lab.run(['runs', '--output', 'json']);
  const { stateDir, runs } = json as unknown as { stateDir: string; runs: { runId: string; log: string }[] };
  return { ...runs[0]!, directory: join(stateDir, runs[0]!.runId) };
}

test.skipIf(!existsSync('/usr/bin/script'))(
  'a recovery continues behind a terminal that is not read, and after it has hung up',
  async () => {
    const terminal = onTerminal('run control-plane-lockout --reason x --confirm "lab 15"');
    await eventually('the run is shown', async () => /fence: running/.test(terminal.shown()), 60_000);
    terminal.type(CTRL_S);
    const { log, directory } = await newestRun();
    const journal = join(directory, 'journal.ndjson');
    const records = async () =>
      (await readFile(journal, 'utf8')).split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []));
    const fenced = async () => (await records()).filter((r) => r.kind === 'kept' && r.step === 'fence');
    await eventually('the fence is kept', async () => (await fenced()).length === 3, 60_000);
    // Drawn all the while, more than any terminal takes in unread.
    await new Promise((later) => setTimeout(later, 3_000));
    terminal.hangUp();
    await eventually('the run ends', async () => (await records()).some((r) => r.kind === 'end'), 150_000);
    const all = await records();
    // Recovered: the window came, though one of the simulated machines was late.
    expect(all.find((r) => r.kind === 'end').verdict.state).toMatch(/^(done|recovered)$/);
    expect((await fenced()).map((r) => r.ok)).toEqual([true, true, true]);
    expect(all.filter((r) => r.kind === 'operator')).toEqual([]);
    expect(all.map((r) => r.text)).toContain('the terminal is gone: the run goes on');
    await eventually('the log tells the end', async () =>
      /\nrun \S+: (done|recovered); /.test(await readFile(log, 'utf8')),
    );
  },
);
