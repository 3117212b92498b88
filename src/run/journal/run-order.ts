import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { usage } from '../../base/errors.ts';
import { unreadable } from './state-error.ts';

/** A run and its place among those of this directory. Its name has the time of a clock that may have been wrong. */
export interface Begun {
  runId: string;
  /** 0 for a run that an early Fireaxe began. */
  order: number;
  /** Set where nothing of the run can be read, its place included. */
  unreadable?: Error;
}

export const journalPath = (stateDir: string, runId: string) => join(stateDir, runId, 'journal.ndjson');
export const orderPath = (stateDir: string, runId: string) => join(stateDir, runId, 'order');

/** All runs, in the order in which they began. */
export async function runsInOrder(stateDir: string): Promise<Begun[]> {
  const runs: Begun[] = [];
  for (const runId of await namesIn(stateDir)) {
    try {
      if (await isThere(journalPath(stateDir, runId)))
        runs.push({ runId, order: await orderOf(stateDir, runId) });
    } catch (error) {
      runs.push({ runId, order: 0, unreadable: error as Error });
    }
  }
  return runs.sort((a, b) => a.order - b.order || (a.runId < b.runId ? -1 : 1));
}

/** The number of the next run. */
export async function nextOrder(stateDir: string): Promise<number> {
  const orders = (await runsInOrder(stateDir)).map(({ order }) => order);
  return orders.reduce((a, b) => Math.max(a, b), 0) + 1;
}

/**
 * The run that began last, of those that are `meant`. Throws usage where it may be one of two: begun at the same time,
 * or one by an early Fireaxe, which has only the time in its name.
 */
export async function lastRun(
  inOrder: Begun[],
  meant: (runId: string) => Promise<boolean>,
): Promise<string | undefined> {
  const runs = [...inOrder];
  // The unreadable run may be the last one.
  const hidden = runs.find((run) => run.unreadable);
  if (hidden) throw hidden.unreadable;
  for (;;) {
    const last = runs.at(-1);
    const rival = last && rivalOf(last, runs);
    if (!last) return undefined;
    if (!(await meant(last.runId))) runs.pop();
    else if (!rival) return last.runId;
    else if (!(await meant(rival.runId))) runs.splice(runs.indexOf(rival), 1);
    else throw undecided(last, rival);
  }
}

/** Among runs of an early Fireaxe the names decide; between one of those and a numbered one, name and number must agree. */
function rivalOf(last: Begun, runs: Begun[]): Begun | undefined {
  if (last.order === 0) return undefined;
  return runs.findLast(
    (run) => run !== last && (run.order === last.order || (run.order === 0 && run.runId > last.runId)),
  );
}

function undecided(last: Begun, rival: Begun) {
  return usage(`cannot tell which run is the last one: ${rival.runId} or ${last.runId}`, {
    place: 'RUN',
    expected: rival.order === 0 ? 'names in the order of time; a clock was set back' : 'no two begun at once',
    next: 'name the run instead of last: fireaxe runs',
  });
}

async function namesIn(stateDir: string): Promise<string[]> {
  try {
    return await readdir(stateDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(error, stateDir);
  }
}

export async function orderOf(stateDir: string, runId: string): Promise<number> {
  const path = orderPath(stateDir, runId);
  const text = await orAbsent(readFile(path, 'utf8'), path);
  const order = /^\d{1,15}$/.test(text?.trim() ?? '') ? Number(text) : 0;
  return order;
}

const isThere = async (path: string) => (await orAbsent(stat(path), path)) !== undefined;

async function orAbsent<T>(reading: Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined;
    throw unreadable(error, path);
  }
}
