import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { kitOfSix } from './rollout/six-clusters.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const HERE = ['--via', 'local', '--reason', 'INC-42 <b>', '--yes'];
const run = (...args: string[]) => fireaxe.run(args, { kit });
let folder = '';
let file = '';

beforeAll(async () => {
  expect((await run('exec', ...HERE, '--nodes', 'n1', '--', 'echo "<script>" >&2; exit 9')).code).toBe(3);
});
beforeEach(() => {
  folder = join(fireaxe.directory, 'reports');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  file = join(folder, 'incident.html');
});

describe('the report of a run', () => {
  it('is a page for its owner alone, and nothing is left beside it', async () => {
    const { code, stdout } = await run('report', 'last', '-o', file);
    expect(code).toBe(0);
    expect(stdout).toContain(`: ${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('INC-42 &lt;b&gt;');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script');
    expect(readdirSync(folder)).toEqual(['incident.html']);
  });

  it('replaces no file unless it is told to, also not where a link leads nowhere', async () => {
    writeFileSync(file, 'mine');
    const refused = await run('report', 'last', '-o', file);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/the file exists\n {2}at: .*incident.html\n[\s\S]*next: add --force/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const link = join(folder, 'link.html');
    symlinkSync(join(folder, 'nowhere'), link);
    expect((await run('report', 'last', '-o', link)).code).toBe(2);
    expect((await run('report', 'last', '-o', file, '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
    expect(readdirSync(folder).sort()).toEqual(['incident.html', 'link.html']);
  });

  it('replaces no directory and no device, and names the directory that is missing', async () => {
    for (const path of [folder, '/dev/null'])
      expect((await run('report', 'last', '-o', path, '--force')).stderr).toContain('not a regular file');
    const { code, stderr } = await run('report', 'last', '-o', join(folder, 'none', 'a.html'));
    expect(code).toBe(2);
    expect(stderr).toContain(`next: mkdir -p ${join(folder, 'none')}`);
  });

  it('as Markdown goes to stdout or to a file by its name', async () => {
    const shown = await run('report', 'last', '--format', 'md');
    expect(shown.stdout).toMatch(/^# `.*` on `c1`: failed\n[\s\S]*- Why: `INC-42 <b>`/);
    const path = join(folder, 'incident.md');
    expect((await run('report', 'last', '-o', path)).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toMatch(/^# `/);
  });

  it('needs a file for a page, and says so as a command', async () => {
    const { code, stderr } = await run('report', 'last', '--kit', kit);
    expect(code).toBe(2);
    expect(stderr).toContain(`next: fireaxe report last -o incident.html --kit ${kit}`);
  });

  it('is one JSON object for programs', async () => {
    const { stdout } = await run('report', 'last', '-o', file, '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, format: 'html', file });
  });

  it('of a changed journal is made of what can be read, and warns', async () => {
    const state = fireaxe.env.FIREAXE_STATE_DIR;
    const runId = readdirSync(state).find((name) => name.includes('-exec-'))!;
    const journal = join(state, runId, 'journal.ndjson');
    const whole = readFileSync(journal, 'utf8');
    writeFileSync(journal, whole.replace('"failed"', '"ok"'));
    const { code, stderr } = await run('report', runId, '-o', file);
    writeFileSync(journal, whole);
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: the journal of .* is not whole/);
    expect(readFileSync(file, 'utf8')).toContain('The journal is not whole');
  });
});

describe('the report of a rollout', () => {
  let many = '';
  beforeAll(async () => {
    many = kitOfSix({}, 3);
    const words = ['exec', '-c', 'c*', '--all', '--yes', '--soak', '0s', '--reason', 'INC-1', '--', 'true'];
    const { code, stderr } = await fireaxe.run(words, { kit: many });
    expect(code, stderr).toBe(0);
  });
  afterAll(() => rmSync(many, { recursive: true }));

  it('lists every cluster, and shows the run of each', async () => {
    expect((await fireaxe.run(['report', 'last', '-o', file], { kit: many })).code).toBe(0);
    const page = readFileSync(file, 'utf8');
    for (const name of ['c1', 'c2', 'c3']) expect(page).toContain(`<h2>${name} <span`);
    expect(page).toContain('<h2>Clusters</h2>');
  });

  it('with -c is that of the run of one cluster', async () => {
    await fireaxe.run(['report', 'last', '-c', 'c2', '-o', file], { kit: many });
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/on<\/span> <b>c2<\/b>/);
    expect(page).not.toContain('<h2>Clusters</h2>');
  });
});
