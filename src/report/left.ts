import { actionSteps } from '../plan/steps.ts';
import type { ActionStep } from '../plan/types.ts';
import type { RunMemory } from '../run/memory.ts';
import { chooseUndo, undoOf } from '../run/undo/choice.ts';

/** A change of a run that stands, and what becomes of it. */
export interface Standing {
  step: string;
  title: string;
  targets: string[];
  /** What undoing it does; absent where it cannot be undone. */
  undo?: string;
  /** Why it cannot be undone, or is not undone with the rest. */
  why?: string;
}

/** A change that was undone, on these targets; `failed` are those on which the undo did not succeed. */
export interface Undone {
  step: string;
  title: string;
  targets: string[];
  failed: string[];
}

/** What of a run is still in force, newest first. What its nodes revert by themselves is not. */
export function standingOf(memory: RunMemory): Standing[] {
  const { chosen, left } = chooseUndo(memory);
  const cause = left.filter(({ why }) => 'cause' in why);
  return [...chosen, ...cause].flatMap(({ step, targets }) => {
    const still = new Set(memory.inForce(step));
    const on = targets.filter((target) => still.has(target));
    return on.length === 0 ? [] : [{ step: step.id, title: step.title, targets: on, ...fate(memory, step) }];
  });
}

function fate(memory: RunMemory, step: ActionStep): Pick<Standing, 'undo' | 'why'> {
  if (step.irreversible !== undefined) return { why: `cannot be undone: ${step.irreversible}` };
  const undo = undoOf(memory, step)?.summary ?? `undo of: ${step.title}`;
  return step.removesCause
    ? { undo, why: `it removed the cause: it is left unless it is named (--include ${step.id})` }
    : { undo };
}

/** What was undone, by the run itself or by the operator, in the order of the plan. */
export function undoneIn(memory: RunMemory): Undone[] {
  return actionSteps(memory.plan).flatMap(({ id, title }) => {
    const undone = [...memory.step(id).undone];
    const on = (wanted: boolean) => undone.flatMap(([target, ok]) => (ok === wanted ? [target] : []));
    return undone.length === 0 ? [] : [{ step: id, title, targets: on(true), failed: on(false) }];
  });
}
