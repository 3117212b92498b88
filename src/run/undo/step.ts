import { noCounts } from '../../fanout/counts.ts';
import type { Counts, Verdict } from '../../fanout/types.ts';
import { timeoutsOf } from '../../kit/timeouts.ts';
import { alongShards } from '../../plan/along-shards.ts';
import { type BoundStep, irreversibleOf } from '../../plan/bound.ts';
import type { Outcome } from '../../transport/types.ts';
import { waitForGate } from '../gate/wait.ts';
import type { Session } from '../session.ts';
import { runOp } from '../step/run-op.ts';
import { planUndo, type UndoPace, type UndoPlan } from './pace.ts';

export interface UndoEnd {
  /** Targets that had something to undo. */
  planned: number;
  counts: Counts;
  /** Why it cannot be undone. */
  irreversible?: string;
  /** Why launching stopped early. */
  stoppedBy?: Verdict['stoppedBy'];
}

/** Restores the state that a step found on each target. What it did not change, or what is undone already, is left alone. */
export async function undoStep(
  session: Session,
  bound: BoundStep,
  only?: Set<string>,
  said?: UndoPace,
): Promise<UndoEnd> {
  const { step } = bound;
  await session.background.settled(step.id);
  const targets = session.memory.changed(step).filter((t) => !only || only.has(t));
  if (targets.length === 0) return { planned: 0, counts: noCounts() };
  const irreversible = irreversibleOf(bound);
  if (irreversible) {
    await session.record({ kind: 'note', text: `${step.id} cannot be undone: ${irreversible}` });
    return { planned: 0, counts: noCounts(), irreversible };
  }
  const memory = session.memory.step(step.id);
  const undo = planUndo(bound, targets.length, said, timeoutsOf(session.context.cluster));
  const journaled: Promise<unknown>[] = [];
  const verdict = await runOp(session, undo.bound, {
    op: 'undo',
    targets: step.anyOf ? targets : alongShards(targets, undo.waves, session.context.cluster),
    waves: undo.waves,
    budget: undo.budget,
    journaled: true,
    before: (target) => memory.before.get(target.name),
    ...(step.anyOf ? { anyOf: true } : {}),
    betweenWaves: (next, counts) => goOn(session, step.id, undo, next, counts),
    // At once, not at the end: after a kill between waves nothing is undone twice.
    onOutcome(outcome) {
      const written = journalUndone(session, step.id, outcome);
      // The await below reports it.
      written.catch(() => {});
      journaled.push(written);
    },
  });
  await Promise.all(journaled);
  const { counts, stoppedBy } = verdict;
  return { planned: targets.length, counts, ...(stoppedBy ? { stoppedBy } : {}) };
}

/** An unreachable canary says nothing about the undo; one that failed does. */
async function goOn(
  session: Session,
  step: string,
  undo: UndoPlan,
  next: number,
  counts: Counts,
): Promise<boolean | 'canary'> {
  const failures = counts.failed + counts['timed-out'] + counts.unknown;
  if (undo.canary && next === 1 && failures > 0) return 'canary';
  const { env } = session;
  await env.sleep(undo.pauseMs, env.stop);
  if (!undo.gate || (await waitForGate(session, step, undo.gate, undoneIn(session, [step]))).open)
    return true;
  // An interrupted wait is an interruption, not a gate that stayed closed.
  return env.stop.aborted;
}

async function journalUndone(session: Session, step: string, outcome: Outcome): Promise<void> {
  const { target, state, result, reason } = outcome;
  if (state === 'not-attempted') return;
  const ok = state === 'ok' || (state === 'failed' && result?.state === 'absent');
  const why = ok ? {} : { why: reason?.message ?? result?.note ?? state };
  await session.record({ kind: 'undone', step, target, ok, ...why });
}

/** The targets that are back: on which one of these steps is undone, in the order in which it was. */
export function undoneIn({ memory }: Pick<Session, 'memory'>, steps: string[]): string[] {
  const undone = steps.flatMap((step) => [...memory.step(step).undone]);
  return [...new Set(undone.flatMap(([target, ok]) => (ok ? [target] : [])))];
}
