import type { BoundStep } from '../../plan/bound.ts';
import type { Plan } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';

/**
 * What a step was to find and found on none of its targets. One that failed by its own account had found something;
 * one that did not answer is not counted.
 */
export function foundNone(
  { action, params }: BoundStep,
  outcomes: (Outcome | undefined)[],
): string | undefined {
  if (outcomes.some((o) => o?.state === 'failed' && o.result)) return undefined;
  const results = outcomes.flatMap((o) => (o?.state === 'ok' && o.result ? [o.result] : []));
  return action.foundNone?.(params, results);
}

/**
 * Whether that is a failure. A single step was asked for what is there now; in a playbook it may appear later, and the
 * steps after it go on.
 */
export function mustFind(plan: Plan): boolean {
  return plan.playbook === undefined;
}
