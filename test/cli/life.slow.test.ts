import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLine } from './command-line.ts';
import { withKit } from './with-kit.ts';

let fireaxe: CommandLine;
let kit: string;
/** This machine, over the transport that needs no server. */
const HERE = ['--via', 'local', '--nodes', 'n1', '--reason', 'INC-42', '--yes'];
const run = (...args: string[]) => fireaxe.run(args, { kit });

withKit(CommandLine, (both) => ({ fireaxe, kit } = both));

describe('the command line', () => {
  it('runs a command, keeps the run, and shows its timeline', () => {
    const { code, stdout, stderr } = run('exec', ...HERE, '--', 'echo out; echo err >&2');
    expect(stdout).toBe('== n1 (1): ok\n  | out\n  stderr | err\n');
    expect(code).toBe(0);
    expect(stderr).toMatch(/plan [0-9a-f]{12}: [\s\S]*reason: INC-42[\s\S]*run .*: done; 1 planned: 1 ok/);
    expect(run('runs').stdout).toMatch(/exec-\w+ +c1 +done +tester@.* INC-42/);
    const story = run('timeline', 'last');
    expect(story.code).toBe(0);
    expect(story.stdout).toMatch(/reason: INC-42[\s\S]*started by tester@[\s\S]*1 ok[\s\S]*done after/);
  });

  it('shows the whole output, not only what the journal keeps', () => {
    const { stdout } = run('exec', ...HERE, '--', 'seq 1 3000');
    const lines = Array.from({ length: 3000 }, (_, i) => `  | ${i + 1}`);
    expect(stdout.split('\n').slice(1, 3001)).toEqual(lines);
  });

  it('exits quietly when its reader is gone', () => {
    const { bin } = fireaxe;
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${bin}" nodes | head -c 1; exit 0`],
      {
        env: { ...fireaxe.env, FIREAXE_KIT: kit },
        encoding: 'utf8',
      },
    );
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|at .*js/);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'carries a change out though its log or its results find no room',
    () => {
      const { bin } = fireaxe;
      const into = (where: string) =>
        spawnSync(
          'sh',
          ['-c', `"$@" ${where}`, 'sh', process.execPath, bin, 'exec', ...HERE, '--', 'echo ran'],
          { env: { ...fireaxe.env, FIREAXE_KIT: kit }, encoding: 'utf8' },
        );
      const noLog = into('2>/dev/full');
      expect(noLog.stdout).toContain('ran');
      expect(noLog.status).toBe(0);
      const noResults = into('>/dev/full');
      expect(noResults.stderr).toMatch(
        /1 ok\n[\s\S]*fireaxe: the output could not be written: no space left/,
      );
      expect(noResults.status).toBe(1);
    },
  );
});

describe('SIGHUP, as under nohup', () => {
  it('a run continues to its end, and the log beside its journal has all output', async () => {
    const started = join(fireaxe.directory, 'hup-started');
    const command = `touch ${started}; until [ -e ${fireaxe.directory}/hup-go ]; do sleep 0.05; done; echo over`;
    const { child, ended } = fireaxe.start(
      ['exec', '--via', 'local', '--nodes', 'n[1-2]', '--wave', '1', '--reason', 'x', '--yes', '--', command],
      kit,
    );
    while (!existsSync(started)) await new Promise((r) => setTimeout(r, 20));
    for (const _ of [1, 2]) child.kill('SIGHUP');
    writeFileSync(join(fireaxe.directory, 'hup-go'), '');
    const { code, stdout, stderr } = await ended;
    expect(stderr).toMatch(/run \S+: done; 2 planned: 2 ok/);
    expect(code).toBe(0);
    expect(stdout).toContain('over');
    const log = /run (\S+): log: (.*)/.exec(stderr)!;
    const story = readFileSync(log[2]!, 'utf8');
    expect(story).toMatch(/exec: wave 2 of 2[\s\S]*exec: done: 2 ok[\s\S]*run \S+: done; 2 planned: 2 ok\n/);
    expect(statSync(log[2]!).mode & 0o777).toBe(0o600);
    expect(run('timeline', log[1]!).stdout).toContain(`log: ${log[2]}`);
    const [newest] = JSON.parse(run('runs', '--output', 'json').stdout).runs;
    expect(newest.log).toBe(log[2]);
  });

  it('ends nothing that started without a terminal, even before its run began', async () => {
    const words = ['exec', '--via', 'local', '--nodes', 'n1', '--reason', 'x', '--yes', '--script', '-'];
    for (let patience = 500; ; patience *= 2) {
      const { child, ended } = fireaxe.start(words, kit, { open: true });
      await new Promise((r) => setTimeout(r, patience));
      child.kill('SIGHUP');
      child.stdin?.on('error', () => {}).end('echo read\n');
      const { code, stdout } = await ended;
      // The signal came before the process had its handlers.
      if (code === null) continue;
      expect(stdout).toContain('read');
      expect(code).toBe(0);
      break;
    }
  });
});

describe('Ctrl-C', () => {
  /** Created by the command: it is in flight. */
  const mark = (name: string) => join(fireaxe.directory, name);
  const running = async (name: string) => {
    while (!existsSync(mark(name))) await new Promise((r) => setTimeout(r, 20));
  };

  it('once: waits for what is in flight; the run is interrupted and can be resumed', async () => {
    const args = ['exec', '--via', 'local', '--nodes', 'n[1-2]', '--wave', '1', '--reason', 'x', '--yes'];
    const command = `touch ${mark('once')}; until [ -e ${mark('go')} ]; do sleep 0.05; done; echo over`;
    const { child, ended, saying } = fireaxe.start([...args, '--', command], kit);
    await running('once');
    child.kill('SIGINT');
    await saying(/launching nothing more/);
    writeFileSync(mark('go'), '');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/over/);
    expect(stderr).toMatch(
      /launching nothing more[\s\S]*1 ok, 1 not-attempted[\s\S]*next: fireaxe resume \S+/,
    );
    const resume = /next: fireaxe (resume \S+)/.exec(stderr)![1]!.split(' ');
    const again = run(...resume);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/2 planned: 2 ok/);
  });

  it('twice: stops waiting, and names the targets whose outcome is unknown', async () => {
    const args = ['exec', '--via', 'local', '--nodes', 'n1', '--reason', 'x', '--yes'];
    const { child, ended, saying } = fireaxe.start([...args, '--', `touch ${mark('twice')}; sleep 600`], kit);
    await running('twice');
    child.kill('SIGINT');
    await saying(/launching nothing more/);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/no longer waiting[\s\S]*outcome unknown on: n1[\s\S]*next: fireaxe resume \S+/);
  });
});
