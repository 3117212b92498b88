import type { Danger } from '../../actions/types.ts';
import { dangerOfUndo } from '../../plan/bound.ts';
import { actionSteps, isNamed } from '../../plan/steps.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { RunMemory } from '../memory.ts';

/** How much of a run is undone. */
export interface UndoScope {
  /** Steps of the run; all when absent. */
  steps?: string[];
  /** Nodes; all when absent. */
  targets?: string[];
  /** Steps that remove the cause, which an undo of the whole run leaves out. */
  include?: string[];
}

export interface StepOnNodes {
  step: ActionStep;
  /** Nodes on which something is left to undo. */
  targets: string[];
}

/** `cause`: undoing it would bring the incident back. Otherwise the steps whose undo ends it, too. */
export type WhyLeft = { cause: true } | { endsWith: string[] };

export interface UndoChosen {
  /** Newest first. */
  chosen: StepOnNodes[];
  left: (StepOnNodes & { why: WhyLeft })[];
}

/** What an undo of this scope does by the journal of the run, and what it leaves as it is. */
export function chooseUndo(memory: RunMemory, scope: UndoScope = {}): UndoChosen {
  const only = scope.targets && new Set(scope.targets);
  const named = (step: ActionStep) => isNamed(step.id, [...(scope.steps ?? []), ...(scope.include ?? [])]);
  const changes = actionSteps(memory.plan)
    .filter((step) => (!scope.steps || named(step)) && undoOf(memory, step)?.danger !== 'read')
    .map((step) => ({ step, targets: memory.changed(step).filter((t) => !only || only.has(t)) }))
    .filter(({ targets }) => targets.length > 0)
    .reverse();
  const result: UndoChosen = { chosen: [], left: [] };
  for (const { step, targets } of changes) {
    if (named(step)) {
      result.chosen.push({ step, targets });
    } else if (step.removesCause) {
      result.left.push({ step, targets, why: { cause: true } });
    } else {
      const outer = outerSteps(memory, step);
      const ends = (target: string) => endsWithOuter(memory, outer, changes, target);
      const inOuter = (target: string) => outer.some((one) => memory.changed(one).includes(target));
      const own = targets.filter((target) => !ends(target));
      const ending = targets.filter((target) => ends(target) && inOuter(target));
      if (own.length > 0) result.chosen.push({ step, targets: own });
      if (ending.length > 0)
        result.left.push({ step, targets: ending, why: { endsWith: outer.map(({ id }) => id) } });
    }
  }
  return result;
}

/** What undoing a step does, and its danger; undefined where it cannot be undone. */
export function undoOf(memory: RunMemory, step: ActionStep): { summary: string; danger: Danger } | undefined {
  const bound = memory.boundIfKnown(step);
  const undo = bound?.action.undo;
  const danger = bound && dangerOfUndo(bound);
  if (!bound || !undo || !danger) return undefined;
  return {
    summary: undo.summary(bound.params, [...memory.step(step.id).before.values()]),
    danger,
  };
}

/** Steps of the run that made what this one changed. */
function outerSteps(memory: RunMemory, step: ActionStep): ActionStep[] {
  const within = memory.boundIfKnown(step)?.action.within;
  return within === undefined ? [] : actionSteps(memory.plan).filter(({ action }) => action === within);
}

/** This run made all that the change was a part of, and it is undone already or by this very undo. */
function endsWithOuter(memory: RunMemory, outer: ActionStep[], undoing: StepOnNodes[], target: string) {
  const made = outer.filter((step) => memory.didChange(step, target));
  const goes = ({ id }: ActionStep) =>
    memory.step(id).undone.get(target) === true ||
    undoing.some(({ step, targets }) => step.id === id && targets.includes(target));
  return made.length > 0 && made.every(goes);
}
