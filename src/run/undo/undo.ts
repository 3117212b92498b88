import { addCounts, badOf, noCounts } from '../../fanout/counts.ts';
import { reopen } from '../execute.ts';
import type { RunEnv, RunVerdict } from '../types.ts';
import { chooseUndo, type UndoScope } from './choice.ts';
import type { UndoPace } from './pace.ts';
import { type UndoEnd, undoStep } from './step.ts';

export interface UndoChoice extends UndoScope {
  pace?: UndoPace;
  /** Steps that were shown and consented to: a run that went on meanwhile may have more. */
  shown?: string[];
}

const STOPPED: Record<string, string> = {
  budget: 'more ended badly than is borne; the others are left as they are',
  canary: 'the canary did not end well; the others are left as they are',
};

/**
 * Undoes what a run changed, last step first, from the journaled before-state; what removed the cause only where it is named.
 * Done already: nothing is planned.
 */
export function undoRun(
  wanted: string,
  env: RunEnv,
  choice: UndoChoice = {},
): Promise<RunVerdict & { irreversible: string[] }> {
  return reopen(wanted, env, 'undo', async (session) => {
    const startedAt = env.now().toISOString();
    let counts = noCounts();
    let planned = 0;
    const irreversible: string[] = [];
    let guard = false;
    let unwritten = false;
    for (const { step, targets } of chooseUndo(session.plan, session.memory, choice).chosen) {
      if (choice.shown && !choice.shown.includes(step.id)) continue;
      if (env.stop.aborted || guard || unwritten) break;
      const end: UndoEnd = await undoStep(session, step, new Set(targets), choice.pace);
      counts = addCounts(counts, end.counts);
      planned += end.planned;
      const { stoppedBy } = end;
      // What was changed before it is taken back after it, or not at all.
      guard = (stoppedBy === 'budget' || stoppedBy === 'canary') && end.counts['not-attempted'] > 0;
      unwritten = stoppedBy === 'journal';
      if (guard) await session.record({ kind: 'note', text: `${step.id}: ${STOPPED[stoppedBy!]}` });
      if (end.irreversible) irreversible.push(`${step.id}: ${end.irreversible}`);
    }
    const state = env.stop.aborted
      ? 'interrupted'
      : guard
        ? 'guard'
        : badOf(counts) > 0 || unwritten || irreversible.length > 0
          ? 'failed'
          : 'done';
    return {
      runId: session.runId,
      state,
      counts,
      planned,
      startedAt,
      endedAt: env.now().toISOString(),
      workstreams: [],
      irreversible,
      // What has no way back does not get one by trying again.
      ...(state === 'interrupted' || guard || unwritten || badOf(counts) > 0
        ? { next: `fireaxe undo ${session.runId}` }
        : {}),
    };
  });
}
