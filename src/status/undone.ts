import type { FleetNode } from '../fleet/types.ts';
import type { NodeReceipts } from '../receipts/read.ts';
import { knownRuns } from '../receipts/runs.ts';
import type { Undone } from './types.ts';

/** How far back an undo is news. */
const NEWS_MS = 24 * 3_600_000;

/** What one operator made and another one undid, newest first: the first one's journal does not learn of it. */
export function undoneByOthers(readings: NodeReceipts[], fleet: FleetNode[], at: Date): Undone[] {
  const found = new Map<string, Undone>();
  for (const { run, operator, steps } of knownRuns(readings, fleet)) {
    for (const { step, order, nodes } of steps) {
      for (const { node, state, ended, endedBy } of nodes) {
        if (state !== 'undone' || ended === undefined || endedBy === undefined || endedBy === operator)
          continue;
        if (at.getTime() - Date.parse(ended) > NEWS_MS) continue;
        const key = `${run} ${step} ${endedBy}`;
        const one = found.get(key);
        found.set(key, {
          ...{ action: order?.action ?? 'change', run, step, by: endedBy },
          ...(operator !== undefined && { operator }),
          at: one && one.at > ended ? one.at : ended,
          nodes: [...(one?.nodes ?? []), node],
        });
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
}
