import { readFile } from 'node:fs/promises';
import { systemWords } from '../../base/system-error.ts';
import { readJournal } from './read.ts';
import { journalPath, runsInOrder } from './run-order.ts';
import { type RunSummary, summarize } from './store.ts';

/** The last run of this plan, by the journals of this state directory. `unread` is called for each that cannot be read. */
export async function ranBefore(
  stateDir: string,
  planHash: string,
  unread: (journal: string, why: string) => void,
): Promise<RunSummary | undefined> {
  for (const { runId, unreadable } of (await runsInOrder(stateDir)).reverse()) {
    const path = journalPath(stateDir, runId);
    try {
      if (unreadable) throw unreadable;
      // Most journals belong to other plans and are not parsed.
      if (!(await readFile(path)).includes(planHash)) continue;
      const reading = await readJournal(path);
      const [first] = reading.records;
      const made =
        first?.kind === 'rollout' ? first.rollout : first?.kind === 'plan' ? first.plan : undefined;
      if (made?.hash === planHash) return summarize(runId, reading);
    } catch (error) {
      unread(path, systemWords(error));
    }
  }
  return undefined;
}
