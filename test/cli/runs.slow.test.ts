import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
/** This machine, over the transport that needs no server. */
const HERE = ['--via', 'local', '--nodes', 'n1', '--reason', 'INC-42', '--yes'];
const run = (...args: string[]) => fireaxe.run(args, { kit });

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

describe('a run', () => {
  it('takes several words as one command, and a script from a file or stdin', async () => {
    expect((await run('exec', ...HERE, '--', 'printf', '%s.', 'a b', "c'd")).stdout).toContain("a b.c'd.");
    const script = await fireaxe.run(['exec', ...HERE, '--script', '-'], { kit, input: 'echo from stdin\n' });
    expect(script.stdout).toContain('from stdin');
  });

  it('exits with 3 if some targets are not ok', async () => {
    const { code, stdout } = await run('exec', ...HERE, '--', 'exit 9');
    expect(stdout).toMatch(/n1 \(1\): failed/);
    expect(code).toBe(3);
  });

  it('says what cannot be undone, without a question and without a retry', async () => {
    const ran = await run('exec', ...HERE, '--', 'true');
    expect(ran.stderr).not.toContain('to undo it');
    const { code, stderr } = await run('undo', 'last');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /exec: run "true", on n1 \(1\): cannot be undone, Fireaxe does not know what a command did[\s\S]*nothing can be undone/,
    );
    expect(stderr).not.toContain('next: fireaxe undo');
  });

  it('names the kit in the next command if it was given', async () => {
    const file = join(kit, 'fails.plan');
    const plan = HERE.filter((word) => word !== '--yes');
    await fireaxe.run(['exec', '--kit', kit, ...plan, '--save', file, '--', 'exit 9']);
    const { stderr } = await fireaxe.run(['run', '--kit', kit, file]);
    const next = /^next: fireaxe (timeline .*)$/m.exec(stderr)?.[1]?.split(' ') ?? [];
    expect(next.slice(2)).toEqual(['--kit', kit]);
    const told = await fireaxe.run(next);
    expect(told.code).toBe(0);
    // A timeline does not send its reader to itself.
    expect(told.stdout).not.toContain('next: ');
  });

  it('refuses a node that the run does not have instead of reporting that all is undone', async () => {
    expect((await run('exec', ...HERE, '--', 'true')).code).toBe(0);
    const { code, stderr } = await run('undo', 'last', '--nodes', 'n2', '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no node n2\n {2}at: --nodes\n {2}expected: some of n1/);
  });

  it('a run whose disk failed before its plan was written is not the last one', async () => {
    const name = '20990101T000000.000Z-exec-ffff';
    mkdirSync(join(fireaxe.env.FIREAXE_STATE_DIR, name), { recursive: true });
    writeFileSync(join(fireaxe.env.FIREAXE_STATE_DIR, name, 'journal.ndjson'), '{"seq":0,"at"');
    expect((await run('exec', ...HERE, '--', 'true')).code).toBe(0);
    expect((await run('timeline', 'last')).stdout).toContain('done: 1 ok');
    const empty = await run('timeline', name);
    expect(empty.code).toBe(2);
    expect(empty.stderr).toMatch(/has no plan: nothing was launched/);
  });

  it('prints one JSON object with json, and one line for each event with ndjson', async () => {
    const json = JSON.parse((await run('exec', ...HERE, '--output', 'json', '--', 'echo hi')).stdout);
    expect(json).toMatchObject({
      schemaVersion: 1,
      verdict: { state: 'done', planned: 1, counts: { ok: 1 } },
      outcomes: [{ step: 'exec', target: 'n1', state: 'ok', stdout: 'hi\n' }],
    });
    const { stdout } = await run('exec', ...HERE, '--output', 'ndjson', '--', 'echo hi');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.every((e) => e.schemaVersion === 1)).toBe(true);
    expect(events.at(-1)).toMatchObject({ verdict: { state: 'done' } });
    expect(events.some((e) => e.event?.kind === 'outcome')).toBe(true);
  });

  it('sanitizes the output of nodes for the terminal', async () => {
    const { stdout } = await run('exec', ...HERE, '--', "printf 'a\\033[31mb\\342\\200\\256c\\n'");
    expect(stdout).toContain('a\\x1b[31mb\\u202ec');
  });

  it('changes nothing in a dry run', async () => {
    const file = join(fireaxe.directory, 'touched');
    const { code, stdout } = await run('exec', ...HERE, '--dry-run', '--', `touch ${file}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/check of exec:[\s\S]*n1 \(1\): ok[\s\S]*nothing was changed/);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(fireaxe.env.FIREAXE_ROOT, 'run/fireaxe'))).toBe(true); // from runs before
  });
});

describe('a plan', () => {
  it('of a verb is saved, runs as saved, and is shown with its hash', async () => {
    const file = join(fireaxe.directory, 'exec.plan');
    const words = ['--via', 'local', '--nodes', 'n1', '--reason', 'x', '--save', file, '--', 'echo planned'];
    const planned = await run('plan', 'exec', ...words);
    expect(planned.code).toBe(0);
    expect(planned.stdout).toMatch(/on 1 node: n1[\s\S]*hash [0-9a-f]{64}/);
    const done = await run('run', file);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('planned');
  });

  it('without a reason is refused', async () => {
    const file = join(fireaxe.directory, 'bare.plan');
    expect((await run('exec', '--nodes', 'n1', '--save', file, '--', 'true')).code).toBe(0);
    const { code, stderr } = await run('run', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no reason/);
  });
});

describe('a run of another machine', () => {
  const RUN = '20261120T101500.000Z-fence-1a2b';

  it('has no journal here: undo offers the nodes, resume is refused with the reason', async () => {
    const undo = await run('undo', RUN, '--yes');
    expect([undo.code, undo.stderr]).toEqual([
      2,
      expect.stringContaining(`no journal of ${RUN} on this machine`),
    ]);
    expect(undo.stderr).toContain(`next: fireaxe undo ${RUN} --from-nodes`);
    const resume = await run('resume', RUN);
    expect([resume.code, resume.stderr]).toEqual([
      2,
      expect.stringContaining(`cannot resume ${RUN}: its journal`),
    ]);
    expect(resume.stderr).toContain(`fireaxe undo ${RUN} --from-nodes`);
  });

  it('is not meant by a word that names no run', async () => {
    expect((await run('undo', 'nosuch')).stderr).not.toContain('--from-nodes');
  });

  it('a selection of nodes is refused where no node is asked, and another cluster than that of the run', async () => {
    const listed = await run('runs', '-l', 'role=worker');
    expect([listed.code, listed.stderr]).toEqual([2, expect.stringContaining('add --on-nodes')]);
    expect((await run('exec', ...HERE, '--', 'true')).code).toBe(0);
    const undo = await run('undo', 'last', '-c', 'other', '--dry-run');
    expect([undo.code, undo.stderr]).toEqual([
      2,
      expect.stringMatching(/is of the cluster \S+\n {2}at: --cluster/),
    ]);
  });
});
