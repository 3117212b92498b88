import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FireaxeError } from '../../../src/base/errors.ts';
import { planLines } from '../../../src/cli/format/plan.ts';
import { previewOf } from '../../../src/cli/format/undo-preview.ts';
import { createRandom } from '../../../src/drill/random.ts';
import { timeline, timelineLines } from '../../../src/report/timeline.ts';
import { execute } from '../../../src/run/execute.ts';
import { openJournal } from '../../../src/run/journal/journal.ts';
import { ranBefore } from '../../../src/run/journal/ran-before.ts';
import type { JournalReading } from '../../../src/run/journal/read.ts';
import { journalPath } from '../../../src/run/journal/run-order.ts';
import { listRuns, readRun } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import type { JournalBody, JournalRecord } from '../../../src/run/types.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';
import { damaged, forged } from './mutations.ts';

const SEED = 20_261_129;
const kit = kitOf(3);
const plan = planOf(kit, [
  { name: 'a', steps: [holdStep(kit, 'one'), { ...holdStep(kit, 'two'), canary: true, waves: [1, 2] }] },
  {
    name: 'b',
    needs: { ended: ['a'] },
    steps: [holdStep(kit, 'three'), { kind: 'undo', id: 'u', title: 'u', steps: ['one'] }],
  },
]);

/** A run with a record of each kind, and an undo after its end. */
async function base(): Promise<{ stateDir: string; runId: string }> {
  const fleet = fakeFleet((op, step, node) =>
    op === 'apply' && node === 'n3' ? (step === 'two' ? 'lost-after' : 'unreachable') : 'ok',
  );
  const env = envFor(kit, fleet.transport);
  const { runId } = await execute(plan, env);
  const { journal } = await openJournal(journalPath(env.stateDir, runId), env.now);
  const more: JournalBody[] = [
    { kind: 'gate', step: 'two', state: 'open', reading: '3/3 API servers ready' },
    { kind: 'before', step: 'two', target: 'n1', before: { was: 'idle' } },
    { kind: 'kept', step: 'two', target: 'n1', ok: true },
    { kind: 'note', text: 'a note' },
  ];
  for (const body of more) await journal.append(body);
  await journal.close();
  await undoRun(runId, env, { targets: ['n1'] });
  return { stateDir: env.stateDir, runId };
}

let dir = '';
let runId = '';
let journal = Buffer.alloc(0);
let lease = Buffer.alloc(0);
let records: JournalRecord[] = [];
beforeAll(async () => {
  const made = await base();
  runId = made.runId;
  dir = mkdtempSync(join(tmpdir(), 'fireaxe-fuzz-'));
  journal = readFileSync(journalPath(made.stateDir, runId));
  const run = join(made.stateDir, runId);
  lease = readFileSync(join(run, readdirSync(run).find((name) => name.includes('.lease.'))!));
  ({ records } = await readRun(made.stateDir, runId));
  expect(new Set(records.map(({ kind }) => kind)).size).toBe(12);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The run with this journal, in a directory of its own; without its lease it was killed before it was sealed. */
function placed(name: string, bytes: Buffer, sealed: boolean): string {
  const stateDir = join(dir, name);
  mkdirSync(join(stateDir, runId), { recursive: true });
  writeFileSync(journalPath(stateDir, runId), bytes);
  if (sealed) writeFileSync(`${journalPath(stateDir, runId)}.lease.9`, lease);
  return stateDir;
}

/** What a verb says: a clear refusal, or something. Anything else is a crash, and fails the test. */
async function said<T>(verb: () => T | Promise<T>): Promise<T | FireaxeError> {
  try {
    return await verb();
  } catch (error) {
    if (error instanceof FireaxeError) return error;
    throw error;
  }
}

async function readEverywhere(stateDir: string): Promise<JournalReading> {
  const reading = await readRun(stateDir, runId);
  await listRuns(stateDir, () => {});
  await ranBefore(stateDir, plan.hash, () => {});
  timelineLines(timeline(runId, reading.records));
  await said(() => previewOf(reading.records));
  const first = reading.records[0];
  if (first?.kind === 'plan') await said(() => planLines(first.plan));
  return reading;
}

const same = (a: JournalRecord[], b: JournalRecord[]) => JSON.stringify(a) === JSON.stringify(b);
const isTold = ({ problem }: JournalReading) => problem !== undefined;

async function each(times: number, name: string, mutation: (n: number) => Promise<void>): Promise<void> {
  for (let n = 0; n < times; n++) {
    try {
      await mutation(n);
    } catch (error) {
      throw new Error(`mutation ${n} of ${name} (seed ${SEED})`, { cause: error });
    } finally {
      rmSync(join(dir, `${name}-${n}`), { recursive: true, force: true });
    }
  }
}

describe('1,000 mutations of a journal: no crash, and each is told or does no harm', () => {
  it('350 of one that was sealed: all are told, and no verb acts upon it or writes to it', async () => {
    const random = createRandom(SEED, 'sealed');
    await each(350, 'sealed', async (n) => {
      const bytes = damaged(journal, random);
      const stateDir = placed(`sealed-${n}`, bytes, true);
      const reading = await readEverywhere(stateDir);
      if (bytes.equals(journal)) return expect(isTold(reading)).toBe(false);
      expect(reading.changed?.message).toMatch(/the journal was changed|journal corrupt|another version/);
      const { env } = idle(stateDir);
      const verb = random.pick([resumeRun, undoRun]);
      expect(await said(() => verb(runId, env))).toMatchObject({ kind: 'guard' });
      expect(readFileSync(journalPath(stateDir, runId)).equals(bytes)).toBe(true);
    });
  });

  it('250 of one that was not: only its last record may be another, and that it is not sealed is known', async () => {
    const random = createRandom(SEED, 'killed');
    let unseen = 0;
    await each(250, 'killed', async (n) => {
      const reading = await readEverywhere(placed(`killed-${n}`, damaged(journal, random), false));
      expect(reading.sealed).toBe(false);
      if (isTold(reading) || same(reading.records, records)) return;
      unseen++;
      // Whole records that are gone from the end, or an edit of the last one that is left.
      const left = reading.records.slice(0, -1);
      expect(same(left, records.slice(0, left.length))).toBe(true);
    });
    expect(unseen).toBeLessThan(25);
  });

  it('400 by one who makes all hashes anew: a clear refusal, or a verdict', async () => {
    const random = createRandom(SEED, 'forged');
    const ends = { refused: 0, done: 0 };
    await each(400, 'forged', async (n) => {
      const stateDir = placed(`forged-${n}`, forged(journal, random), false);
      await readEverywhere(stateDir);
      const { env } = idle(stateDir);
      const end = await said(() => random.pick([resumeRun, undoRun])(runId, env));
      expect(JSON.stringify(end)).not.toContain('internal error');
      ends[end instanceof FireaxeError ? 'refused' : 'done']++;
    });
    expect(Math.min(ends.refused, ends.done)).toBeGreaterThan(50);
  });
});

/** Nodes that know nothing of the run. */
function idle(stateDir: string) {
  const fleet = fakeFleet();
  return { fleet, env: { ...envFor(kit, fleet.transport), stateDir } };
}
