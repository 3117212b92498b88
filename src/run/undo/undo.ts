import { addCounts, missingOf, noCounts } from '../../fanout/counts.ts';
import { actionSteps } from '../../plan/steps.ts';
import type { ActionStep, OnceGone } from '../../plan/types.ts';
import { reopen } from '../execute.ts';
import { waitForGate } from '../gate/wait.ts';
import type { Session } from '../session.ts';
import type { RunEnv, RunVerdict } from '../types.ts';
import { chooseUndo, type UndoScope } from './choice.ts';
import { type GoneEnd, undoOnceGone } from './once-gone.ts';
import type { UndoPace } from './pace.ts';
import { undoneIn, undoStep } from './step.ts';

export interface UndoChoice extends UndoScope {
  pace?: UndoPace;
  /** Holds, on each node once none of these pods is left on it. */
  onceGone?: OnceGone;
  /** Steps that were shown and consented to: a run that was resumed meanwhile may have more. */
  shown?: string[];
}

export type UndoVerdict = RunVerdict & { irreversible: string[] };

const STOPPED: Record<string, string> = {
  budget: 'more failures than allowed; the remaining nodes are left as they are',
  canary: 'the canary failed; the remaining nodes are left as they are',
  gate: 'the gate did not open; the remaining nodes are left as they are',
};

/**
 * Undoes what a run changed, newest step first, from the journaled before-state. What removed the cause is undone only
 * where it is named, and what is undone already is not planned again.
 */
export function undoRun(wanted: string, env: RunEnv, choice: UndoChoice = {}): Promise<UndoVerdict> {
  return reopen(wanted, env, 'undo', async (session) => {
    const startedAt = env.now().toISOString();
    const done = await undoSteps(session, choice);
    const again = done.state === 'interrupted' || done.guard || done.unwritten || missingOf(done.counts) > 0;
    return {
      runId: session.runId,
      state: done.state,
      counts: done.counts,
      planned: done.planned,
      startedAt,
      endedAt: env.now().toISOString(),
      workstreams: [],
      irreversible: done.irreversible,
      // Trying again does not help what cannot be undone.
      ...(again ? { next: `fireaxe undo ${session.runId}` } : {}),
    };
  });
}

async function undoSteps(session: Session, choice: UndoChoice) {
  const { env, memory } = session;
  let counts = noCounts();
  let planned = 0;
  const irreversible: string[] = [];
  let guard = false;
  let unwritten = false;
  for (const { step, targets } of chooseUndo(memory, choice).chosen) {
    if (choice.shown && !choice.shown.includes(step.id)) continue;
    if (env.stop.aborted || guard || unwritten) break;
    if (planned > 0 && !(await gateOpens(session, step.id, choice.pace))) {
      guard = !env.stop.aborted;
      if (guard)
        await session.record({ kind: 'note', text: `${step.id}: not undone: the gate did not open` });
      break;
    }
    const [bound, only] = [memory.bound(step), new Set(targets)];
    const { onceGone, pace } = choice;
    const end: GoneEnd =
      onceGone && isHold(step)
        ? await undoOnceGone(session, step.id, bound, onceGone, { only, ...(pace && { pace }) })
        : await undoStep(session, bound, only, pace);
    counts = addCounts(counts, end.counts);
    planned += end.planned;
    const { stoppedBy } = end;
    // An earlier change is undone after this one, or not at all.
    guard = stoppedBy !== undefined && stoppedBy in STOPPED && end.counts['not-attempted'] > 0;
    unwritten = stoppedBy === 'journal';
    if (guard) await session.record({ kind: 'note', text: `${step.id}: ${STOPPED[stoppedBy!]}` });
    if (end.left !== undefined) {
      guard = true;
      await session.record({ kind: 'note', text: `${step.id}: ${end.left}` });
    }
    if (end.irreversible) irreversible.push(`${step.id}: ${end.irreversible}`);
  }
  const failed = missingOf(counts) > 0 || unwritten || irreversible.length > 0;
  const state = env.stop.aborted ? 'interrupted' : guard ? 'guard' : failed ? 'failed' : 'done';
  return { state, counts, planned, irreversible, guard, unwritten } as const;
}

/** Only what holds an offender waits for its pods. */
export function isHold({ action }: Pick<ActionStep, 'action'>): boolean {
  return action === 'stop';
}

/** Before the step after one that was undone. */
async function gateOpens(session: Session, step: string, pace: UndoPace = {}): Promise<boolean> {
  const steps = actionSteps(session.plan).map(({ id }) => id);
  return !pace.gate || (await waitForGate(session, step, pace.gate, undoneIn(session, steps))).open;
}
