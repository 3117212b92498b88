import { actionNamed } from '../actions/registry.ts';
import { noCounts } from '../fanout/counts.ts';
import type { Counts } from '../fanout/types.ts';
import { runOp } from './run-op.ts';
import type { Session } from './session.ts';
import { readFetched } from './store.ts';
import type { ActionStep } from './types.ts';

export interface UndoEnd {
  /** Targets that had something to take back. */
  planned: number;
  counts: Counts;
  /** Why it cannot be taken back. */
  irreversible?: string;
}

/** Brings back the state that a step found on each target; what it did not change, or was taken back already, is left alone. */
export async function undoStep(session: Session, step: ActionStep, only?: Set<string>): Promise<UndoEnd> {
  const targets = undoable(session, step).filter((t) => !only || only.has(t));
  if (targets.length === 0) return { planned: 0, counts: noCounts() };
  const irreversible = whyIrreversible(step);
  if (irreversible) {
    await session.record({ kind: 'note', text: `${step.id} cannot be taken back: ${irreversible}` });
    return { planned: 0, counts: noCounts(), irreversible };
  }
  const memory = session.memory.step(step.id);
  const saved = await readFetched(session.dir, step.id, targets[0]!);
  const verdict = await runOp(session, step, {
    op: 'undo',
    targets,
    journaled: true,
    before: (target) => memory.before.get(target.name),
    ...(step.anyOf ? { anyOf: true } : {}),
    ...(saved === undefined ? {} : { secret: Buffer.from(saved) }),
  });
  for (const outcome of verdict.outcomes) {
    if (outcome.state === 'not-attempted') continue;
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
  return { planned: targets.length, counts: verdict.counts };
}

/** Targets that this step changed, or may have changed, and that were not taken back yet. */
function undoable(session: Session, step: ActionStep): string[] {
  const memory = session.memory.step(step.id);
  return step.targets.filter((target) => {
    if (!memory.intents.has(target) || memory.undone.get(target) === true) return false;
    const outcome = memory.outcomes.get(target);
    if (!outcome) return true;
    if (outcome.state === 'unreachable' || outcome.state === 'not-attempted') return false;
    const did = outcome.result?.state;
    // `already` found it done by somebody else, `refused` did nothing: it is not ours to take back.
    return did !== 'already' && did !== 'refused';
  });
}

export function whyIrreversible(step: ActionStep): string | undefined {
  const { irreversible, params } = actionNamed(step.action);
  return typeof irreversible === 'function' ? irreversible(params.parse(step.params)) : irreversible;
}
