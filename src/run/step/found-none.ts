import { actionNamed } from '../../actions/registry.ts';
import type { ActionStep, Plan } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';

/** What a step was to find and found on none of its targets, though each of them did as told. */
export function foundNone(step: ActionStep, outcomes: (Outcome | undefined)[]): string | undefined {
  const action = actionNamed(step.action);
  const results = outcomes.flatMap((o) => (o?.state === 'ok' && o.result ? [o.result] : []));
  return action.foundNone?.(action.params.parse(step.params), results);
}

/**
 * Whether such a step is a failure. One that stands alone was asked for what is there now. In a playbook it may come
 * later: the steps after it are not kept from their work.
 */
export function mustFind(plan: Plan): boolean {
  return plan.playbook === undefined;
}
