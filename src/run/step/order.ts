import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { NOTHING_TO_UNDO, type Order } from '../../node/order.ts';
import { type BoundStep, dangerOfUndo, irreversibleOf } from '../../plan/bound.ts';
import { actionSteps } from '../../plan/steps.ts';
import type { Session } from '../session.ts';

/** What the nodes of a step keep of it. Parameters leave this machine only where an undo needs them. */
export function orderOf({ runId, plan, env }: Session, bound: BoundStep): Order {
  const { step } = bound;
  const noUndo = whyNoUndo(bound, env.operator);
  return {
    v: 1,
    run: runId,
    step: step.id,
    n: actionSteps(plan).findIndex(({ id }) => id === step.id),
    of: step.targets.length,
    action: step.action,
    ...(noUndo === undefined ? { params: step.params } : { noUndo }),
    digest: sha256(canonicalJson(step.params)),
    cluster: plan.cluster,
    operator: env.operator,
    reason: plan.reason,
    at: env.now().toISOString(),
    ...(step.removesCause && { removesCause: true }),
  };
}

/** Why the receipts alone cannot undo the step. */
function whyNoUndo(bound: BoundStep, operator: string): string | undefined {
  const { action, params } = bound;
  if (dangerOfUndo(bound) === 'read') return NOTHING_TO_UNDO;
  if (action.node?.fetches?.(params))
    return `what it deleted or changed is saved only with the journal of ${operator}`;
  return irreversibleOf(bound) ?? (action.undo ? undefined : 'it has no undo');
}
