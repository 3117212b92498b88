import { actionNamed } from '../../actions/registry.ts';
import type { Danger } from '../../actions/types.ts';
import { actionSteps, isNamed } from '../../plan/steps.ts';
import type { ActionStep, Plan } from '../../plan/types.ts';
import { neverRan } from '../../transport/outcome.ts';
import type { Outcome } from '../../transport/types.ts';
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

/** `cause`: undoing it would bring the incident back. Else the steps with whose undo it ends. */
export type WhyLeft = { cause: true } | { endsWith: string[] };

export interface UndoChosen {
  /** Newest first. */
  chosen: StepOnNodes[];
  left: (StepOnNodes & { why: WhyLeft })[];
}

/** What an undo of so much of a run does by its journal, and what it leaves as it is. */
export function chooseUndo(plan: Plan, memory: RunMemory, scope: UndoScope = {}): UndoChosen {
  const only = scope.targets && new Set(scope.targets);
  const named = (step: ActionStep) => isNamed(step.id, [...(scope.steps ?? []), ...(scope.include ?? [])]);
  const changes = actionSteps(plan)
    .filter((step) => (!scope.steps || named(step)) && undoOf(step, memory)?.danger !== 'read')
    .map((step) => ({ step, targets: changedBy(memory, step).filter((t) => !only || only.has(t)) }))
    .filter(({ targets }) => targets.length > 0)
    .reverse();
  const result: UndoChosen = { chosen: [], left: [] };
  for (const { step, targets } of changes) {
    if (named(step)) {
      result.chosen.push({ step, targets });
    } else if (step.removesCause) {
      result.left.push({ step, targets, why: { cause: true } });
    } else {
      const outer = outerSteps(plan, step);
      const ends = (target: string) => endsWithOuter(memory, outer, changes, target);
      const own = targets.filter((target) => !ends(target));
      const ending = targets.filter((target) => ends(target) && stands(memory, outer, target));
      if (own.length > 0) result.chosen.push({ step, targets: own });
      if (ending.length > 0)
        result.left.push({ step, targets: ending, why: { endsWith: outer.map(({ id }) => id) } });
    }
  }
  return result;
}

/** Nodes that a step changed, or may have changed, and on which that was not undone yet. */
export function changedBy(memory: RunMemory, step: ActionStep): string[] {
  const { intents, outcomes, undone } = memory.step(step.id);
  return step.targets.filter((target) => {
    if (!intents.has(target) || undone.get(target) === true) return false;
    const outcome = outcomes.get(target);
    return !outcome || !changedNothing(outcome);
  });
}

/** Certain that this run left the node as it was: it was not reached, refused, or found it done already. */
export function changedNothing(
  outcome: Pick<Outcome, 'state' | 'reason'> & { result?: { state: string } },
): boolean {
  const did = outcome.result?.state;
  return neverRan(outcome) || did === 'refused' || did === 'already';
}

/** The undo of a step in its own words, and its danger; undefined where it has none. */
export function undoOf(step: ActionStep, memory: RunMemory): { summary: string; danger: Danger } | undefined {
  const { undo, params: schema } = actionNamed(step.action);
  const parsed = schema.safeParse(step.params);
  if (!undo || !parsed.success) return undefined;
  return {
    summary: undo.summary(parsed.data, [...memory.step(step.id).before.values()]),
    danger: typeof undo.danger === 'function' ? undo.danger(parsed.data) : undo.danger,
  };
}

/** Steps of the run that made what this one changed. */
function outerSteps(plan: Plan, step: ActionStep): ActionStep[] {
  const { within } = actionNamed(step.action);
  return within === undefined ? [] : actionSteps(plan).filter(({ action }) => action === within);
}

/** All that it was a part of was made by this run, and is undone already or by this very undo. */
function endsWithOuter(memory: RunMemory, outer: ActionStep[], undoing: StepOnNodes[], target: string) {
  const made = outer.filter(({ id }) => {
    const { intents, outcomes } = memory.step(id);
    const outcome = outcomes.get(target);
    return intents.has(target) && !(outcome && changedNothing(outcome));
  });
  const goes = ({ id }: ActionStep) =>
    memory.step(id).undone.get(target) === true ||
    undoing.some(({ step, targets }) => step.id === id && targets.includes(target));
  return made.length > 0 && made.every(goes);
}

/** Whether something of what it is a part of is there still. */
function stands(memory: RunMemory, outer: ActionStep[], target: string): boolean {
  return outer.some((step) => changedBy(memory, step).includes(target));
}
