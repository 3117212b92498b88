import { actionNamed } from '../../actions/registry.ts';
import { noCounts } from '../../fanout/counts.ts';
import type { Counts, Verdict } from '../../fanout/types.ts';
import { timeoutsOf } from '../../kit/timeouts.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';
import { readFetched } from '../journal/store.ts';
import type { Session } from '../session.ts';
import { runOp } from '../step/run-op.ts';
import { changedBy } from './choice.ts';
import { type UndoPace, type WayBack, wayBack } from './pace.ts';

export interface UndoEnd {
  /** Targets that had something to take back. */
  planned: number;
  counts: Counts;
  /** Why it cannot be taken back. */
  irreversible?: string;
  /** Why launching stopped before all had their turn. */
  stoppedBy?: Verdict['stoppedBy'];
}

/** Brings back the state that a step found on each target; what it did not change, or was taken back already, is left alone. */
export async function undoStep(
  session: Session,
  step: ActionStep,
  only?: Set<string>,
  said?: UndoPace,
): Promise<UndoEnd> {
  await session.background.settled(step.id);
  const targets = changedBy(session.memory, step).filter((t) => !only || only.has(t));
  if (targets.length === 0) return { planned: 0, counts: noCounts() };
  const irreversible = whyIrreversible(step);
  if (irreversible) {
    await session.record({ kind: 'note', text: `${step.id} cannot be taken back: ${irreversible}` });
    return { planned: 0, counts: noCounts(), irreversible };
  }
  const memory = session.memory.step(step.id);
  const saved = await readFetched(session.dir, step.id, targets[0]!, memory.saved.get(targets[0]!));
  const asSent = actionNamed(step.action).node?.restores ?? String;
  const way = wayBack(step, targets.length, said, timeoutsOf(session.context.cluster));
  const journaled: Promise<unknown>[] = [];
  const verdict = await runOp(session, way.step, {
    op: 'undo',
    targets,
    waves: way.waves,
    budget: way.budget,
    journaled: true,
    before: (target) => memory.before.get(target.name),
    ...(step.anyOf ? { anyOf: true } : {}),
    ...(saved === undefined ? {} : { secret: Buffer.from(asSent(saved)) }),
    betweenWaves: (next, counts) => goOn(session, way, next, counts),
    // At once, not at the end: who is killed between waves takes nothing back twice.
    onOutcome(outcome) {
      const written = journalUndone(session, step, outcome);
      // Told by the await below.
      written.catch(() => {});
      journaled.push(written);
    },
  });
  await Promise.all(journaled);
  const { counts, stoppedBy } = verdict;
  return { planned: targets.length, counts, ...(stoppedBy ? { stoppedBy } : {}) };
}

/** A canary that could not be reached says nothing of the way back; one that ended badly does. */
async function goOn({ env }: Session, way: WayBack, next: number, counts: Counts): Promise<true | 'canary'> {
  const bad = counts.failed + counts['timed-out'] + counts.unknown;
  if (way.canary && next === 1 && bad > 0) return 'canary';
  await env.sleep(way.pauseMs, env.stop);
  return true;
}

async function journalUndone(session: Session, step: ActionStep, outcome: Outcome): Promise<void> {
  if (outcome.state === 'not-attempted') return;
  const ok = outcome.state === 'ok' || (outcome.state === 'failed' && outcome.result?.state === 'absent');
  const why = outcome.reason?.message ?? outcome.result?.note ?? outcome.state;
  await session.record({
    kind: 'undone',
    step: step.id,
    target: outcome.target,
    ok,
    ...(ok ? {} : { why }),
  });
}

export function whyIrreversible(step: ActionStep): string | undefined {
  const { irreversible, params } = actionNamed(step.action);
  return typeof irreversible === 'function' ? irreversible(params.parse(step.params)) : irreversible;
}
