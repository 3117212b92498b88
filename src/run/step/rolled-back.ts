import type { ActionStep } from '../../plan/types.ts';
import type { Session } from '../session.ts';

/** Where a step that was to be undone, since its gate did not open, is still in force; undefined where it is nowhere. */
export function notUndone({ memory, runId }: Session, step: ActionStep): string | undefined {
  const left = memory.inForce(step).length;
  if (left === 0) return undefined;
  return `${left} of ${step.targets.length} targets could not be undone; next: fireaxe undo ${runId} --step ${step.id}`;
}
