import type { ActionStep, AskStep, Plan } from './types.ts';

/** The action steps of a plan, in the order they are written. */
export function actionSteps(plan: Pick<Plan, 'workstreams'>): ActionStep[] {
  return plan.workstreams.flatMap((w) => w.steps.filter((s) => s.kind === 'action'));
}

/** The questions of a plan. */
export function askSteps(plan: Pick<Plan, 'workstreams'>): AskStep[] {
  return plan.workstreams.flatMap((w) => w.steps.filter((s) => s.kind === 'ask'));
}

/** Every node that a plan acts on, once. */
export function targetsOf(plan: Pick<Plan, 'workstreams'>): Set<string> {
  return new Set(actionSteps(plan).flatMap((step) => step.targets));
}

/** Whether one of the names means this step. A step that was split into batches keeps its name before the dot. */
export function isNamed(id: string, names: string[]): boolean {
  return names.some((name) => id === name || id.startsWith(`${name}.`));
}

/** Most targets of a step in flight: one a call, or as many as a call takes. */
export const inFlight = ({ parallel, perCall = 1 }: Pick<ActionStep, 'parallel' | 'perCall'>): number =>
  parallel * perCall;
