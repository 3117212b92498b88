import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcess } from '../in-process.ts';
import { kitOfSix } from './six-clusters.ts';

let fireaxe: InProcess;
let kit: string;
let trace = '';
let gate = '';
beforeAll(async () => {
  fireaxe = new InProcess();
  kit = kitOfSix({}, 3);
  trace = join(fireaxe.directory, 'trace');
  gate = join(fireaxe.directory, 'gate');
  writeFileSync(trace, '');
  const script = `echo ran >> ${trace}; [ -e ${gate} ]`;
  const words = ['--all', '--yes', '--max-failures', '0', '--soak', '0s', '--reason', 'INC-1', '--', script];
  expect((await run('exec', '-c', 'c*', ...words)).code).toBe(7);
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const run = (...args: string[]) => fireaxe.run(args, { kit });
const json = async (...args: string[]) => JSON.parse((await run(...args, '-o', 'json')).stdout);

describe('a rollout that stopped', () => {
  it('is one run in the list, with those of its clusters below it', async () => {
    const { stdout } = await run('runs');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^\S+-exec-rollout-[0-9a-f]{4} +3 clusters +guard +\S+ +INC-1$/);
    expect(lines[2]).toMatch(/^└ \S+-exec-rollout-[0-9a-f]{4}\.c1 +c1 +(failed|guard)/);
    const { runs } = await json('runs');
    expect(runs.map((one: { cluster: string; rollout?: string }) => [one.cluster, one.rollout])).toEqual([
      ['c1', runs[1].runId],
      ['3 clusters', undefined],
    ]);
    expect(runs[1].clusters.map(({ state }: { state: string }) => state)).toEqual([
      'failed',
      'waiting',
      'waiting',
    ]);
  });

  it('has a timeline of the whole and one of each cluster', async () => {
    const whole = await run('timeline', 'last');
    expect(whole.stdout).toContain('(exec) on 3 clusters');
    expect(whole.stdout).toMatch(/c1: failed: .*failed/);
    expect(whole.stdout.match(/c1: running/g)).toHaveLength(1);
    expect(whole.stdout).toMatch(/^guard after /m);
    const one = await run('timeline', 'last', '-c', 'c1');
    expect(one.stdout).toContain('on c1');
    expect((await json('timeline', 'last')).clusters).toHaveLength(3);
    const none = await run('timeline', 'last', '-c', 'c9');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('the rollout has no cluster c9')]);
    const begun = await run('timeline', 'last', '-c', 'c3');
    expect([begun.code, begun.stderr]).toEqual([2, expect.stringContaining('did not begin on c3')]);
    const resumed = await run('resume', 'last', '-c', 'c3');
    expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining('did not begin on c3')]);
  });

  it('is verified by the run of one cluster', async () => {
    const whole = await run('verify', 'last');
    expect([whole.code, whole.stderr]).toEqual([
      2,
      expect.stringContaining('is a rollout over several clusters'),
    ]);
    const one = await run('verify', 'last', '-c', 'c1', '-o', 'json');
    expect(JSON.parse(one.stdout)).toMatchObject({ cluster: 'c1' });
  });

  it('resumes past what failed only where that is allowed, and runs nothing twice', async () => {
    const again = await run('resume', 'last');
    expect([again.code, again.stderr]).toEqual([7, expect.stringContaining('stopped: the canary c1 failed')]);
    writeFileSync(gate, '');
    const before = readFileSync(trace, 'utf8').length;
    const passed = await run('resume', 'last', '--max-failed-clusters', '1');
    expect(passed.code).toBe(3);
    expect(passed.stdout).toMatch(/^c1 +failed .*\nc2 +ok +2 ok\nc3 +ok +2 ok$/m);
    expect(readFileSync(trace, 'utf8').length).toBe(before + 4 * 'ran\n'.length);
  });

  it('tells what cannot be undone', async () => {
    const { code, stderr } = await run('undo', 'last', '--yes');
    expect(stderr).toMatch(/exec: run .*: cannot be undone, .*, on c1 \(\d\), c2 \(2\), c3 \(2\)/);
    expect(code).toBe(3);
  });

  it('refuses the undo of a step or a node that no cluster of it has', async () => {
    const step = await run('undo', 'last', '--step', 'exe', '--yes');
    expect([step.code, step.stderr]).toEqual([2, expect.stringContaining('has no step exe')]);
    const node = await run('undo', 'last', '--nodes', 'c1-n9', '--yes');
    expect([node.code, node.stderr]).toEqual([2, expect.stringContaining('has no node c1-n9')]);
    const some = await run('undo', 'last', '--nodes', 'c2-n1', '--yes', '--dry-run');
    expect([some.code, some.stdout]).toEqual([0, expect.stringContaining('c2 (1)')]);
  });

  it('tells a run whose journal is lost or cannot be read, in an undo', async () => {
    const state = fireaxe.env.FIREAXE_STATE_DIR;
    const id = readdirSync(state).find((name) => name.endsWith('.c2'))!;
    const journal = join(state, id, 'journal.ndjson');
    renameSync(journal, `${journal}.away`);
    mkdirSync(journal);
    const { code, stderr } = await run('undo', 'last', '--yes');
    rmdirSync(journal);
    renameSync(`${journal}.away`, journal);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('WARNING: c2: illegal operation on a directory'),
    ]);
  });

  it('has its run of one cluster undone also where the journal of the whole was changed', async () => {
    const state = fireaxe.env.FIREAXE_STATE_DIR;
    const id = readdirSync(state).find((name) => /-rollout-[0-9a-f]{4}$/.test(name))!;
    const journal = join(state, id, 'journal.ndjson');
    const was = readFileSync(journal, 'utf8');
    writeFileSync(journal, was.replace('"state":"running"', '"state":"ok"'));
    const one = await run('undo', 'last', '-c', 'c2', '--dry-run');
    const whole = await run('undo', 'last', '--dry-run');
    writeFileSync(journal, was);
    expect([one.code, one.stdout]).toEqual([0, expect.stringContaining('on c2-n[1-2] (2)')]);
    expect([whole.code, whole.stderr]).toEqual([7, expect.stringContaining('journal corrupt')]);
  });
});
