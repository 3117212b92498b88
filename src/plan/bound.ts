import { ACTION_NAMES, actionNamed } from '../actions/registry.ts';
import type { Action, Danger } from '../actions/types.ts';
import { actionSteps } from './steps.ts';
import type { ActionStep, Plan } from './types.ts';

/** A step of a plan with its action and its parsed parameters. */
export interface BoundStep {
  readonly step: ActionStep;
  readonly action: Action;
  readonly params: unknown;
}

/** Undefined where this Fireaxe does not have the action, or the action refuses the parameters. */
export function bindStep(step: ActionStep): BoundStep | undefined {
  if (!(ACTION_NAMES as readonly string[]).includes(step.action)) return undefined;
  const action = actionNamed(step.action);
  const parsed = action.params.safeParse(step.params);
  return parsed.success ? { step, action, params: parsed.data } : undefined;
}

export function dangerOf({ action: { danger }, params }: Omit<BoundStep, 'step'>): Danger {
  return typeof danger === 'function' ? danger(params) : danger;
}

/** The danger of the undo; undefined where there is none. */
export function dangerOfUndo({ action: { undo }, params }: Omit<BoundStep, 'step'>): Danger | undefined {
  return typeof undo?.danger === 'function' ? undo.danger(params) : undo?.danger;
}

/** Why the step cannot be undone; undefined where it can. */
export function irreversibleOf({ action, params }: Omit<BoundStep, 'step'>): string | undefined {
  const { irreversible } = action;
  return typeof irreversible === 'function' ? irreversible(params) : irreversible;
}

/** The command that alone watches what a plan does, so that it cannot be resumed; undefined where that is not needed. */
export function watchedBy(plan: Plan): string | undefined {
  return actionSteps(plan).flatMap((step) => bindStep(step)?.action.watchedBy ?? [])[0];
}
