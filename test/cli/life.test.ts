import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLine } from './command-line.ts';
import { withKit } from './with-kit.ts';

let fireaxe: CommandLine;
let kit: string;
/** This very machine, by the transport that needs no server. */
const HERE = ['--via', 'local', '--nodes', 'n1', '--reason', 'INC-42', '--yes'];
const run = (...args: string[]) => fireaxe.run(args, { kit });

withKit(CommandLine, (both) => ({ fireaxe, kit } = both));

describe('the command line', () => {
  it('runs a command, keeps the run, and tells its story', () => {
    const { code, stdout, stderr } = run('exec', ...HERE, '--', 'echo out; echo err >&2');
    expect(stdout).toBe('== n1 (1): ok\nout\nstderr: err\n');
    expect(code).toBe(0);
    expect(stderr).toMatch(/plan [0-9a-f]{12}: [\s\S]*reason: INC-42[\s\S]*run .*: done; 1 planned: 1 ok/);
    expect(run('runs').stdout).toMatch(/exec-\w+ +c1 +done +tester@.* INC-42/);
    const story = run('timeline', 'last');
    expect(story.code).toBe(0);
    expect(story.stdout).toMatch(/why: INC-42[\s\S]*started by tester@[\s\S]*1 ok[\s\S]*done after/);
  });

  it('shows the whole output, not only what the journal keeps', () => {
    const { stdout } = run('exec', ...HERE, '--', 'seq 1 3000');
    expect(stdout.split('\n').slice(1, 3001)).toEqual(Array.from({ length: 3000 }, (_, i) => String(i + 1)));
  });

  it('takes several words as one command, and a script from a file or stdin', () => {
    expect(run('exec', ...HERE, '--', 'printf', '%s.', 'a b', "c'd").stdout).toContain("a b.c'd.");
    const script = fireaxe.run(['exec', ...HERE, '--script', '-'], { kit, input: 'echo from stdin\n' });
    expect(script.stdout).toContain('from stdin');
  });

  it('gives 3 when some targets did not end ok', () => {
    const { code, stdout } = run('exec', ...HERE, '--', 'exit 9');
    expect(stdout).toMatch(/n1 \(1\): failed/);
    expect(code).toBe(3);
  });

  it('says of what has no way back that it has none, without asking and without a next try', () => {
    const ran = run('exec', ...HERE, '--', 'true');
    expect(ran.stderr).not.toContain('to take it back');
    const { code, stderr } = run('undo', 'last');
    expect(code).toBe(3);
    expect(stderr).toMatch(/no way back, what a command did[\s\S]*nothing of it can be taken back/);
    expect(stderr).not.toContain('next: fireaxe undo');
  });

  it('names the kit in the next command, where it was named', () => {
    const { stderr } = fireaxe.run(['exec', '--kit', kit, ...HERE, '--', 'exit 9']);
    const next = /^next: fireaxe (timeline .*)$/m.exec(stderr)?.[1]?.split(' ') ?? [];
    expect(next.slice(2)).toEqual(['--kit', kit]);
    const told = fireaxe.run(next);
    expect(told.code).toBe(0);
    expect(told.stdout).toContain(`next: fireaxe ${next.join(' ')}`);
  });

  it('says of a node that the run never had that it has none, not that all is taken back', () => {
    expect(run('exec', ...HERE, '--', 'true').code).toBe(0);
    const { code, stderr } = run('undo', 'last', '--nodes', 'n2', '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no node n2\n {2}at: --nodes\n {2}expected: some of n1/);
  });

  it('a run that lost its disk before its plan was kept is not the last one', () => {
    const name = '20990101T000000.000Z-exec-ffff';
    mkdirSync(join(fireaxe.env.FIREAXE_STATE_DIR, name), { recursive: true });
    writeFileSync(join(fireaxe.env.FIREAXE_STATE_DIR, name, 'journal.ndjson'), '{"seq":0,"at"');
    expect(run('exec', ...HERE, '--', 'true').code).toBe(0);
    expect(run('timeline', 'last').stdout).toContain('done: 1 ok');
    const empty = run('timeline', name);
    expect(empty.code).toBe(2);
    expect(empty.stderr).toMatch(/has no plan: nothing was launched/);
  });

  it('prints one JSON object under --output json, and a line an event under ndjson', () => {
    const json = JSON.parse(run('exec', ...HERE, '--output', 'json', '--', 'echo hi').stdout);
    expect(json).toMatchObject({
      schemaVersion: 1,
      verdict: { state: 'done', planned: 1, counts: { ok: 1 } },
      outcomes: [{ step: 'exec', target: 'n1', state: 'ok', stdout: 'hi\n' }],
    });
    const lines = run('exec', ...HERE, '--output', 'ndjson', '--', 'echo hi')
      .stdout.trim()
      .split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(events.every((e) => e.schemaVersion === 1)).toBe(true);
    expect(events.at(-1)).toMatchObject({ verdict: { state: 'done' } });
    expect(events.some((e) => e.event?.kind === 'outcome')).toBe(true);
  });

  it('makes what nodes say safe for a terminal', () => {
    const { stdout } = run('exec', ...HERE, '--', "printf 'a\\033[31mb\\342\\200\\256c\\n'");
    expect(stdout).toContain('a\\x1b[31mb\\u202ec');
  });

  it('changes nothing in a dry run', () => {
    const file = join(fireaxe.directory, 'touched');
    const { code, stdout } = run('exec', ...HERE, '--dry-run', '--', `touch ${file}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/check of exec:[\s\S]*n1 \(1\): ok[\s\S]*nothing was changed/);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(fireaxe.env.FIREAXE_ROOT, 'run/fireaxe'))).toBe(true); // from runs before
  });

  it('ends quietly when nobody reads on', () => {
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

describe('Ctrl-C', () => {
  /** Made by the command itself: it is in flight. */
  const mark = (name: string) => join(fireaxe.directory, name);
  const running = async (name: string) => {
    while (!existsSync(mark(name))) await new Promise((r) => setTimeout(r, 20));
  };

  it('once: waits for what is in flight; the run is told as interrupted and can be resumed', async () => {
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

  it('twice: lets go, and says of which targets nothing is known', async () => {
    const args = ['exec', '--via', 'local', '--nodes', 'n1', '--reason', 'x', '--yes'];
    const { child, ended, saying } = fireaxe.start([...args, '--', `touch ${mark('twice')}; sleep 600`], kit);
    await running('twice');
    child.kill('SIGINT');
    await saying(/launching nothing more/);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/letting go[\s\S]*not known what happened on: n1[\s\S]*next: fireaxe resume \S+/);
  });
});

describe('a plan', () => {
  it('of a verb is saved, runs as it is, and is shown with its hash', () => {
    const file = join(fireaxe.directory, 'exec.plan');
    const words = [
      'exec',
      '--via',
      'local',
      '--nodes',
      'n1',
      '--reason',
      'x',
      '-o',
      file,
      '--',
      'echo planned',
    ];
    const planned = run('plan', ...words);
    expect(planned.code).toBe(0);
    expect(planned.stdout).toMatch(/on 1 node: n1[\s\S]*hash [0-9a-f]{64}/);
    const done = run('run', file);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('planned');
  });

  it('without a reason is not run', () => {
    const file = join(fireaxe.directory, 'bare.plan');
    expect(run('exec', '--nodes', 'n1', '-o', file, '--', 'true').code).toBe(0);
    const { code, stderr } = run('run', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no reason/);
  });
});
