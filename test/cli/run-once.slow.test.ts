import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { asIfKilled } from '../run/as-if-killed.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
withKit(InProcess, (both) => ({ fireaxe, kit } = both));

let plan = '';
let trace = '';
const run = (...args: string[]) => fireaxe.run(args, { kit });
const times = () => readFileSync(trace, 'utf8').length;
const runIds = () => readdirSync(fireaxe.env.FIREAXE_STATE_DIR);

beforeEach(async () => {
  rmSync(fireaxe.env.FIREAXE_STATE_DIR, { recursive: true, force: true });
  plan = join(fireaxe.directory, 'saved.plan');
  trace = join(fireaxe.directory, 'trace');
  writeFileSync(trace, '');
  const words = ['--via', 'local', '--nodes', 'n1', '--reason', 'x', '--save', plan];
  expect((await run('exec', ...words, '--', `printf . >> ${trace}`)).code).toBe(0);
});

describe('a saved plan runs once', () => {
  it('and is stale afterwards: names the run, its start and its end', async () => {
    expect((await run('run', plan)).code).toBe(0);
    const [runId] = runIds();
    const again = await run('run', plan);
    expect(again.code).toBe(6);
    expect(again.stderr).toMatch(
      new RegExp(
        `this plan already ran: run ${runId} began at 20[-\\dT:.]+Z; it ended done\\n +at: ${plan}\\n` +
          ` +expected: a plan that has not run, or --again\\n +next: review it with fireaxe timeline ${runId}; then add --again to run the plan again`,
      ),
    );
    expect(times()).toBe(1);
    expect(runIds()).toEqual([runId]);
  });

  it('also from a copy under another name: the content decides', async () => {
    expect((await run('run', plan)).code).toBe(0);
    const copy = join(fireaxe.directory, 'copy.plan');
    writeFileSync(copy, readFileSync(plan));
    expect((await run('run', copy)).code).toBe(6);
    expect(times()).toBe(1);
  });

  it('or again with --again', async () => {
    expect((await run('run', plan)).code).toBe(0);
    expect((await run('run', plan, '--again')).code).toBe(0);
    expect(times()).toBe(2);
    expect((await run('run', plan)).stderr).toContain(runIds().toSorted().at(-1)!);
  });

  it('not counting dry runs, before and after', async () => {
    expect((await run('run', plan, '--dry-run')).code).toBe(0);
    expect((await run('run', plan)).code).toBe(0);
    expect((await run('run', plan, '--dry-run')).code).toBe(0);
    expect(times()).toBe(1);
  });

  it('and is resumed if it was interrupted', async () => {
    expect((await run('run', plan)).code).toBe(0);
    const [runId] = runIds();
    const journal = join(fireaxe.env.FIREAXE_STATE_DIR, runId!, 'journal.ndjson');
    const first = readFileSync(journal, 'utf8').split('\n').slice(0, 3);
    asIfKilled(journal);
    writeFileSync(journal, `${first.join('\n')}\n`);
    const { code, stderr } = await run('run', plan);
    expect(code).toBe(6);
    expect(stderr).toMatch(new RegExp(`it has not ended[\\s\\S]*next: fireaxe resume ${runId}$`, 'm'));
  });

  it('also if its journal was changed since', async () => {
    expect((await run('run', plan)).code).toBe(0);
    const journal = join(fireaxe.env.FIREAXE_STATE_DIR, runIds()[0]!, 'journal.ndjson');
    writeFileSync(journal, 'more\n', { flag: 'a' });
    expect((await run('run', plan)).code).toBe(6);
    expect(times()).toBe(1);
  });

  it('while a new plan of the same command may run', async () => {
    expect((await run('run', plan)).code).toBe(0);
    const words = ['--via', 'local', '--nodes', 'n1', '--reason', 'x', '--save', plan];
    expect((await run('exec', ...words, '--', `printf . >> ${trace}`)).code).toBe(0);
    expect((await run('run', plan)).code).toBe(0);
    expect(times()).toBe(2);
  });
});

it('refuses --again with a playbook, which is planned anew each time', async () => {
  const { code, stderr } = await run('run', 'shed-load', '-c', 'c1', '--again', '--reason', 'x');
  expect(code).toBe(2);
  expect(stderr).toContain('--again is only for a saved plan');
});
