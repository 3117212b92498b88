import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../base/canonical.ts';
import { makeDirectories, syncDirectory } from '../../base/directories.ts';
import { FireaxeError, usage } from '../../base/errors.ts';
import { systemWords } from '../../base/system-error.ts';
import type { Plan } from '../../plan/types.ts';
import type { JournalRecord, RunVerdict } from '../types.ts';
import { type JournalReading, readJournal } from './read.ts';
import { journalPath, lastRun, nextOrder, orderPath, runsInOrder } from './run-order.ts';
import { stateError } from './state-error.ts';

export interface RunSummary {
  runId: string;
  name: string;
  cluster: string;
  reason: string;
  operator: string;
  startedAt: string;
  endedAt?: string;
  /** `open` where it has no end: it runs, or was killed. */
  state: RunVerdict['state'] | 'open';
  undone: boolean;
  /** Its journal is as its writer closed it. */
  sealed: boolean;
  /** Its journal is not as Fireaxe wrote it: the rest is what can still be read. */
  changed: boolean;
  problem?: string;
}

/** A new run's directory. Its name says when it began and what it was; its order, after which others. */
export async function createRun(
  stateDir: string,
  plan: Plan,
  now: Date,
): Promise<{ runId: string; dir: string }> {
  const stamp = now.toISOString().replace(/[-:]/g, '');
  const runId = `${stamp}-${plan.name}-${randomBytes(2).toString('hex')}`;
  const dir = join(stateDir, runId);
  try {
    await makeDirectories(stateDir);
    const order = await nextOrder(stateDir);
    await mkdir(dir, { mode: 0o700 });
    await writeFile(orderPath(stateDir, runId), `${order}\n`, { mode: 0o600, flush: true });
    await syncDirectory(stateDir);
  } catch (error) {
    throw stateError(error, stateDir);
  }
  return { runId, dir };
}

/** All runs, the one that began last first. One that cannot be read does not hide the others: `unread` is told why. */
export async function listRuns(
  stateDir: string,
  unread: (journal: string, why: string) => void,
): Promise<RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const { runId, unreadable } of (await runsInOrder(stateDir)).reverse()) {
    const path = journalPath(stateDir, runId);
    try {
      if (unreadable) throw unreadable;
      const reading = await readJournal(path);
      const summary = summarize(runId, reading);
      if (summary) summaries.push(summary);
      else if (reading.changed) unread(path, reading.changed.message);
    } catch (error) {
      unread(path, systemWords(error));
    }
  }
  return summaries;
}

/** What a run's journal says, by the run's id, a unique beginning of it, or `last`. Throws usage when there is none. */
export async function readRun(stateDir: string, wanted: string): Promise<JournalReading & { runId: string }> {
  const runId = await resolveRunId(stateDir, wanted);
  return { runId, ...(await readJournal(journalPath(stateDir, runId))) };
}

export function noPlan(runId: string, place: string) {
  return usage(`the run ${runId} has no plan: nothing was launched`, { place, next: 'make a new plan' });
}

export async function resolveRunId(stateDir: string, wanted: string): Promise<string> {
  const runs = await runsInOrder(stateDir);
  const names = runs.map(({ runId }) => runId);
  if (wanted === 'last') {
    const last = (await lastRun(runs, (runId) => hasPlan(stateDir, runId))) ?? names.at(-1);
    if (last) return last;
  }
  const found = names.filter((n) => wanted !== '' && n.startsWith(wanted));
  const exact = found.find((n) => n === wanted) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact;
  throw usage(found.length > 1 ? `${found.length} runs begin with ${wanted}` : `no run ${wanted}`, {
    place: 'RUN',
    expected:
      names.length > 0
        ? `one of: ${(found.length > 1 ? found : names).slice(-5).join(', ')}`
        : `a run in ${stateDir}, which has none`,
    next: 'fireaxe runs',
  });
}

/**
 * A run that ended before its plan was kept has launched nothing: it is not the last one.
 * One whose journal was changed is: nobody who says `last` means the one before.
 */
async function hasPlan(stateDir: string, runId: string): Promise<boolean> {
  const { records, changed } = await readJournal(journalPath(stateDir, runId));
  return changed !== undefined || records[0]?.kind === 'plan';
}

/** Saves what an action fetched, whole and on the disk before anything is changed. */
export async function saveFetched(
  runDir: string,
  step: string,
  target: string,
  content: string,
): Promise<void> {
  const path = savedPath(runDir, step, target);
  await makeDirectories(dirname(path));
  const file = await open(path, 'w', 0o600);
  await file.writeFile(content);
  await file.sync();
  await file.close();
  await syncDirectory(dirname(path));
}

/** What was saved; throws (kind guard) where it is not what the journal says. A journal of an earlier Fireaxe says nothing. */
export async function readFetched(
  runDir: string,
  step: string,
  target: string,
  digest: string | undefined,
): Promise<string | undefined> {
  const path = savedPath(runDir, step, target);
  const text = existsSync(path) ? await readFile(path, 'utf8') : undefined;
  if (digest === undefined || (text !== undefined && sha256(text) === digest)) return text;
  const how = text === undefined ? 'is gone' : 'was changed since';
  throw new FireaxeError(
    'guard',
    `${step}: what was saved before the deletion ${how}: nothing is re-created`,
    {
      place: path,
      expected: `a file whose SHA-256 is ${digest}`,
      next: `fireaxe timeline ${basename(runDir)}`,
    },
  );
}

const savedPath = (runDir: string, step: string, target: string) =>
  join(runDir, 'saved', encodeURIComponent(step), encodeURIComponent(target));

/** What its journal says of a run in short; nothing where it has no plan. */
export function summarize(runId: string, reading: JournalReading): RunSummary | undefined {
  const { records, sealed, changed, forked } = reading;
  const problem = (changed ?? forked)?.message;
  const first = records[0];
  if (first?.kind !== 'plan') return undefined;
  const end = records.findLast((r) => r.kind === 'end');
  return {
    runId,
    name: first.plan.name,
    cluster: first.plan.cluster,
    reason: first.plan.reason,
    operator: first.operator,
    startedAt: first.at,
    ...(end ? { endedAt: end.at } : {}),
    state: end?.kind === 'end' ? end.verdict.state : 'open',
    undone: undoneByOperator(records),
    sealed,
    changed: changed !== undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What a playbook undoes itself is a part of the run: it is not the run that was undone. */
function undoneByOperator(records: JournalRecord[]): boolean {
  const begun = records.findIndex((r) => r.kind === 'operator' && r.what === 'undo');
  return begun >= 0 && records.slice(begun).some((r) => r.kind === 'undone');
}
