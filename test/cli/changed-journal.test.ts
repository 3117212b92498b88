import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/base/canonical.ts';
import { sealRecord } from '../../src/run/journal/chain.ts';
import { journalPath } from '../../src/run/journal/run-order.ts';
import type { JournalBody } from '../../src/run/types.ts';
import { asIfKilled } from '../run/as-if-killed.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
withKit(InProcess, (both) => ({ fireaxe, kit } = both));

let runId = '';
let journal = '';
const run = (...args: string[]) => fireaxe.run(args, { kit });
const lines = () => readFileSync(journal, 'utf8').trimEnd().split('\n');
const write = (...all: string[]) => writeFileSync(journal, `${all.join('\n')}\n`);
const following = (line: string, body: JournalBody) =>
  sealRecord(body, JSON.parse(line).seq + 1, new Date(), sha256(line)).line;

beforeEach(async () => {
  const here = ['--via', 'local', '--nodes', 'n1', '--reason', 'INC-42', '--yes'];
  const state = fireaxe.env.FIREAXE_STATE_DIR;
  rmSync(state, { recursive: true, force: true });
  expect((await run('exec', ...here, '--', 'exit 9')).code).toBe(3);
  runId = readdirSync(state).find((name) => name.includes('-exec-'))!;
  journal = journalPath(state, runId);
});

describe('a journal that was changed after its end', () => {
  it.each<[string, () => void, RegExp]>([
    [
      'an edited last record',
      () =>
        write(...lines().map((l, i, all) => (i === all.length - 1 ? l.replace('"failed"', '"done"') : l))),
      /its first \d+ records differ from those that were sealed/,
    ],
    [
      'an appended record with the right number and hash',
      () => write(...lines(), following(lines().at(-1)!, { kind: 'note', text: 'all was well' })),
      /something was appended to its \d+ records/,
    ],
    [
      'half a record appended',
      () => writeFileSync(journal, '{"seq"', { flag: 'a' }),
      /something was appended/,
    ],
    ['a missing last record', () => write(...lines().slice(0, -1)), /it was cut off: it ended with \d+/],
    ['an empty file', () => writeFileSync(journal, ''), /it was cut off: it ended with \d+ records/],
  ])('%s: timeline and runs report it, resume and undo refuse it', async (what, change, why) => {
    change();
    const told = expect.stringMatching(new RegExp(`the journal was changed after its end: ${why.source}`));
    const empty = what === 'an empty file';
    expect(await run('timeline', runId)).toMatchObject({ code: empty ? 7 : 0, stderr: told });
    expect(await run('resume', runId)).toMatchObject({ code: 7, stderr: told });
    expect(await run('undo', runId, '--yes')).toMatchObject({ code: 7, stderr: told });
    const runs = await run('runs');
    expect(runs.stderr).toEqual(told);
    if (!empty) expect(runs.stdout).toMatch(new RegExp(`${runId} .*, changed`));
    const json = JSON.parse((await run('runs', '--output', 'json')).stdout);
    if (!empty) expect(json.runs).toMatchObject([{ runId, changed: true, sealed: false }]);
  });

  it('stays changed after a verb that refuses it', async () => {
    write(...lines(), following(lines().at(-1)!, { kind: 'note', text: 'all was well' }));
    for (let i = 0; i < 2; i++) expect((await run('undo', runId, '--yes')).code).toBe(7);
  });
});

describe('a journal that was not changed', () => {
  it('is sealed at its end, and again after each verb that appends', async () => {
    const sealed = async () => {
      const { stdout, stderr } = await run('timeline', runId, '--output', 'json');
      expect(stderr).toBe('');
      return JSON.parse(stdout).sealed;
    };
    expect(await sealed()).toBe(true);
    const records = lines().length;
    await run('resume', runId);
    expect(lines().length).toBeGreaterThan(records);
    expect(await sealed()).toBe(true);
    expect((await run('runs')).stdout).not.toMatch(/sealed|changed/);
  });

  it('and was interrupted before it was sealed is not reported as changed', async () => {
    const lease = `${journal}.lease.1`;
    const says = JSON.parse(readFileSync(lease, 'utf8'));
    const killed = { ...says, free: false, holder: { ...says.holder, pid: 999_999_999 } };
    writeFileSync(lease, JSON.stringify({ ...killed, seal: undefined }));
    writeFileSync(journal, '{"seq"', { flag: 'a' });
    const { code, stderr } = await run('timeline', runId);
    expect(code).toBe(0);
    expect(stderr).toContain('its last record was cut off');
    await run('resume', runId);
    expect((await run('timeline', runId)).stderr).toBe('');
  });

  it('is checked up to its seal while a verb appends', async () => {
    const lease = `${journal}.lease.1`;
    const says = JSON.parse(readFileSync(lease, 'utf8'));
    const seal = { ...says.seal, whole: false };
    writeFileSync(lease, JSON.stringify({ ...says, free: false, seal }));
    const whole = lines();
    write(...whole, following(whole.at(-1)!, { kind: 'note', text: 'more' }));
    expect((await run('timeline', runId)).stderr).toContain('is not sealed');
    write(...whole.slice(0, -1), whole.at(-1)!.replace('"failed"', '"done"'));
    expect((await run('timeline', runId)).stderr).toContain('changed after its end');
  });

  it('of an earlier Fireaxe is reported as not sealed', async () => {
    asIfKilled(journal);
    expect((await run('timeline', runId)).stderr).toContain(`the journal of ${runId} is not sealed`);
    expect((await run('runs')).stdout).toContain('failed, not sealed');
  });
});

it('a journal of two writers can be read and undone, but not resumed', async () => {
  asIfKilled(journal);
  const [first, second, ...rest] = lines() as [string, string, ...string[]];
  const other = following(first, { kind: 'operator', what: 'resume', operator: 'bob@laptop' });
  const others = [other, following(other, { kind: 'note', text: 'from the laptop' })];
  write(first, second, others[0]!, rest[0]!, others[1]!, ...rest.slice(1));
  const told = expect.stringMatching(/the journal has records of two writers from line 3 on/);
  const timeline = await run('timeline', runId);
  expect(timeline).toMatchObject({ code: 0, stderr: told });
  expect(timeline.stdout).toContain('from the laptop');
  expect(await run('runs')).toMatchObject({ code: 0, stderr: told });
  const resumed = await run('resume', runId);
  expect(resumed).toMatchObject({ code: 7, stderr: told });
  expect(resumed.stderr).toContain(`next: fireaxe undo ${runId}`);
  // A command cannot be undone: nothing is sent.
  expect(await run('undo', runId)).toMatchObject({ code: 3, stderr: told });
});
