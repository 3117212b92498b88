import { irreversibleOf } from '../../plan/bound.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { RunMemory } from '../memory.ts';
import { chooseUndo } from './choice.ts';

/** How far the operator has undone a run. What removed its cause is left in force unless it is named, and does not count. */
export type HowUndone = 'no' | 'partly' | 'yes';

export function undoneOf(memory: RunMemory): HowUndone {
  if (!memory.undone) return 'no';
  return chooseUndo(memory).chosen.some(({ step }) => isUndoable(memory, step)) ? 'partly' : 'yes';
}

/** Whether something of a run can be undone, be it only by its name. */
export function hasUndo(memory: RunMemory): boolean {
  const { chosen, left } = chooseUndo(memory);
  return [...chosen, ...left].some(({ step }) => isUndoable(memory, step));
}

function isUndoable(memory: RunMemory, step: ActionStep): boolean {
  const bound = memory.boundIfKnown(step);
  return !bound || irreversibleOf(bound) === undefined;
}
