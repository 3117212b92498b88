import { addCounts, noCounts } from '../fanout/counts.ts';
import type { Counts } from '../fanout/types.ts';
import { actionSteps } from '../plan/steps.ts';
import { readJournal } from '../run/journal/read.ts';
import { journalPath } from '../run/journal/run-order.ts';
import { RunMemory } from '../run/memory.ts';

/**
 * What the journal of a cluster's run knows. Undefined where it has no plan yet: the run never began, or was killed before
 * anything was launched. Throws where the journal was changed.
 */
export async function runMemory(stateDir: string, runId: string): Promise<RunMemory | undefined> {
  try {
    const { records, changed, forked } = await readJournal(journalPath(stateDir, runId));
    if (changed ?? forked) throw changed ?? forked;
    return RunMemory.of(records);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Over all targets of a run; they add up to those planned. */
export function targetCounts(memory: RunMemory): Counts {
  return actionSteps(memory.plan)
    .map((step) => memory.countsOf(step))
    .reduce(addCounts, noCounts());
}
