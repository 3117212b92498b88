import type { ActionContext } from '../node/types.ts';
import { bindStep } from '../plan/bound.ts';
import { actionSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';

/**
 * Refuses a plan that does what an action permits nowhere, on all its nodes taken together: several steps must not pass
 * the ceiling of one, and a saved plan may have been edited.
 */
export function holdPermitted(plan: Plan, context: ActionContext): void {
  const steps = actionSteps(plan);
  for (const step of steps) {
    const bound = bindStep(step);
    if (!bound?.action.permitted) continue;
    const all = steps.filter(({ action }) => action === step.action).flatMap(({ targets }) => targets);
    bound.action.permitted(bound.params, [...new Set(all)], context);
  }
}
