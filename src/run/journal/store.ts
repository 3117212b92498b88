import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories, syncDirectory } from '../../base/directories.ts';
import { usage } from '../../base/errors.ts';
import { systemWords } from '../../base/system-error.ts';
import type { Plan } from '../../plan/types.ts';
import { RunMemory } from '../memory.ts';
import { type ClusterMemory, RolloutMemory } from '../rollout-memory.ts';
import type { RunVerdict } from '../types.ts';
import { type HowUndone, undoneOf } from '../undo/state.ts';
import { rolloutOf, withoutMembers } from './members.ts';
import { type JournalReading, readJournal } from './read.ts';
import { type Begun, journalPath, lastRun, nextOrder, orderPath, runsInOrder } from './run-order.ts';
import { stateError } from './state-error.ts';

export interface RunSummary {
  runId: string;
  name: string;
  /** Of a rollout how many there are, such as `6 clusters`. */
  cluster: string;
  /** Of a rollout: each of its clusters. */
  clusters?: ClusterMemory[];
  /** The rollout that it belongs to, if that is here. */
  rollout?: string;
  reason: string;
  operator: string;
  startedAt: string;
  endedAt?: string;
  /** `open` while it runs, or where it was cut off. */
  state: RunVerdict['state'] | 'open';
  undone: HowUndone;
  /** The run of another machine that this one undoes, by the receipts of its nodes. */
  receiptsOf?: string;
  /** The journal is as its writer closed it. */
  sealed: boolean;
  /** The journal is not as Fireaxe wrote it: the rest is what can still be read. */
  changed: boolean;
  problem?: string;
}

/** A run of a rollout: it has the place of its rollout among the runs. */
export interface AsMember {
  runId: string;
  order: number;
}

/** Makes the directory of a new run. Its name tells when it began and what it does; its order, after which runs. */
export async function createRun(
  stateDir: string,
  { name }: Pick<Plan, 'name'>,
  now: Date,
  member?: AsMember,
): Promise<{ runId: string; dir: string; order: number }> {
  const stamp = now.toISOString().replace(/[-:]/g, '');
  const runId = member?.runId ?? `${stamp}-${name}-${randomBytes(2).toString('hex')}`;
  const dir = join(stateDir, runId);
  let order = member?.order ?? 0;
  try {
    await makeDirectories(stateDir);
    order ||= await nextOrder(stateDir);
    await mkdir(dir, { mode: 0o700 }).catch((error) => {
      // The run of a rollout may have been killed before its journal had a record.
      if (!member || error.code !== 'EEXIST') throw error;
    });
    await writeFile(orderPath(stateDir, runId), `${order}\n`, { mode: 0o600, flush: true });
    await syncDirectory(stateDir);
  } catch (error) {
    throw stateError(error, stateDir);
  }
  return { runId, dir, order };
}

/** All runs, newest first. One that cannot be read does not hide the others: `unread` gets the reason. */
export async function listRuns(
  stateDir: string,
  unread: (journal: string, why: string) => void,
): Promise<RunSummary[]> {
  const summaries: RunSummary[] = [];
  const runs = (await runsInOrder(stateDir)).reverse();
  const names = new Set(runs.map(({ runId }) => runId));
  for (const { runId, unreadable } of runs) {
    const path = journalPath(stateDir, runId);
    try {
      if (unreadable) throw unreadable;
      const reading = await readJournal(path);
      const summary = summarize(runId, reading);
      const rollout = rolloutOf(runId, names);
      if (summary) summaries.push({ ...summary, ...(rollout !== undefined && { rollout }) });
      else if (reading.changed) unread(path, reading.changed.message);
    } catch (error) {
      unread(path, systemWords(error));
    }
  }
  return summaries.map((summary) => (summary.clusters ? withUndone(summary, summaries) : summary));
}

/** A rollout is undone as far as its runs are. */
function withUndone(rollout: RunSummary, all: RunSummary[]): RunSummary {
  const states = all.filter((run) => run.rollout === rollout.runId);
  const begun = states.filter(({ undone }) => undone !== 'no');
  if (begun.length === 0) return rollout;
  const whole = begun.length === states.length && begun.every(({ undone }) => undone === 'yes');
  return { ...rollout, undone: whole ? 'yes' : 'partly' };
}

/** Whether a word is the name of a run, or the beginning of one: another machine may have its journal. */
export const looksLikeRun = (word: string) => /^\d{8}T\d{6}[A-Za-z0-9._-]{0,80}$/.test(word);

/** How a run is found by its name. */
export interface Naming {
  /** What to say of a run that has no journal here, instead of that it is unknown. */
  elsewhere?: { what: string; next: string };
  /** Runs that `last` may mean; where there is none, it is the last run all the same. */
  counts?: (reading: JournalReading, runId: string) => boolean | Promise<boolean>;
  /** How a journal is read, to see whether its run began; whole and checked by default. */
  read?: (path: string) => Promise<JournalReading>;
  /** Told of the runs after that one. */
  passedOver?: (runId: string) => void;
}

/** Reads a run by its id, a unique beginning of it, or `last`. Throws usage where there is none. */
export async function readRun(
  stateDir: string,
  wanted: string,
  naming: Naming = {},
): Promise<JournalReading & { runId: string }> {
  const runId = await resolveRunId(stateDir, wanted, naming);
  const { read = readJournal } = naming;
  return { runId, ...(await read(journalPath(stateDir, runId))) };
}

export function noPlan(runId: string, place: string) {
  return usage(`the run ${runId} has no plan: nothing was launched`, { place, next: 'make a new plan' });
}

export async function resolveRunId(
  stateDir: string,
  wanted: string,
  { elsewhere, ...naming }: Naming = {},
): Promise<string> {
  const runs = await runsInOrder(stateDir);
  const names = runs.map(({ runId }) => runId);
  if (wanted === 'last') {
    const alone = new Set(withoutMembers(names));
    const last =
      (await lastOf(
        stateDir,
        runs.filter(({ runId }) => alone.has(runId)),
        naming,
      )) ?? [...alone].at(-1);
    if (last) return last;
  }
  // The beginning of a rollout's name is also that of its runs; that of a cluster's run may be another cluster's name.
  const whole = rolloutOf(wanted, new Set(names)) !== undefined;
  const found = withoutMembers(
    names.filter((n) => wanted !== '' && (whole ? n === wanted : n.startsWith(wanted))),
  );
  const exact = found.find((n) => n === wanted) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact;
  const none = names.length === 0 ? 'no runs yet' : `unknown run ${JSON.stringify(wanted)}`;
  const told = found.length > 1 || wanted === 'last' ? undefined : elsewhere;
  throw usage(found.length > 1 ? `${found.length} runs begin with ${wanted}` : (told?.what ?? none), {
    place: 'RUN',
    expected:
      names.length > 0
        ? `one of: ${(found.length > 1 ? found : names).slice(-5).join(', ')}`
        : `a run in ${stateDir}`,
    next: told?.next ?? 'fireaxe runs',
  });
}

async function lastOf(
  stateDir: string,
  runs: Begun[],
  { counts, passedOver, read = readJournal }: Omit<Naming, 'elsewhere'>,
): Promise<string | undefined> {
  const over: string[] = [];
  const counted =
    counts &&
    (await lastRun(runs, async (runId) => {
      const reading = await read(journalPath(stateDir, runId));
      const meant = reading.changed !== undefined || (await counts(reading, runId));
      if (!meant && isBegun(reading)) over.push(runId);
      return meant;
    }));
  if (counted === undefined)
    return lastRun(runs, async (runId) => isBegun(await read(journalPath(stateDir, runId))));
  for (const runId of over) passedOver?.(runId);
  return counted;
}

/**
 * A run that ended before its plan was journaled has launched nothing and is not the last one.
 * One whose journal was changed is: `last` never means the one before it.
 */
function isBegun({ records, changed }: JournalReading): boolean {
  return changed !== undefined || ['plan', 'rollout'].includes(records[0]?.kind ?? '');
}

/** A run in short; undefined where it has no plan. */
export function summarize(runId: string, reading: JournalReading): RunSummary | undefined {
  const { records, sealed, changed, forked } = reading;
  const problem = (changed ?? forked)?.message;
  const first = records[0];
  if (first?.kind === 'rollout') return summarizeRollout(runId, first.operator, reading);
  const memory = RunMemory.of(records);
  if (first?.kind !== 'plan' || !memory) return undefined;
  const end = records.findLast((r) => r.kind === 'end');
  const { name, cluster, reason } = memory.plan;
  return {
    runId,
    name,
    cluster,
    reason,
    operator: first.operator,
    startedAt: first.at,
    ...(end ? { endedAt: end.at } : {}),
    state: memory.verdict?.state ?? 'open',
    undone: undoneOf(memory),
    ...(memory.plan.receiptsOf !== undefined && { receiptsOf: memory.plan.receiptsOf }),
    sealed,
    changed: changed !== undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}

function summarizeRollout(
  runId: string,
  operator: string,
  { records, sealed, changed, forked }: JournalReading,
): RunSummary {
  const memory = RolloutMemory.of(records)!;
  const problem = (changed ?? forked)?.message;
  const end = records.findLast((r) => r.kind === 'rollout-end');
  const { name, reason, clusters } = memory.plan;
  return {
    runId,
    name,
    cluster: `${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`,
    clusters: memory.clusters,
    reason,
    operator,
    startedAt: records[0]!.at,
    ...(end ? { endedAt: end.at } : {}),
    state: memory.verdict?.state ?? 'open',
    undone: 'no',
    sealed,
    changed: changed !== undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}
