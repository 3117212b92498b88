import { usage } from '../base/errors.ts';
import type { Plan } from '../run/types.ts';
import { planActionStep } from './action-step.ts';
import type { PlanRequest } from './request.ts';
import { sealPlan } from './seal-plan.ts';

export interface SingleStepRequest extends PlanRequest {
  action: string;
  /** As typed: flags by name. */
  actionParams: Record<string, unknown>;
  /** Node names. */
  targets: string[];
  anyOf?: boolean;
}

/** The plan of one verb: one workstream with one step. There is no other engine for verbs. */
export function singleStepPlan(request: SingleStepRequest): Plan {
  if (request.targets.length === 0) throw usage('no target', { place: '--selector', next: 'fireaxe nodes' });
  const step = planActionStep(
    {
      id: request.action,
      action: request.action,
      params: request.actionParams,
      targets: request.targets,
      place: `fireaxe ${request.action}`,
      ...(request.anyOf ? { anyOf: true } : {}),
    },
    request,
  );
  const workstreams = [{ name: request.action, title: step.title, needs: {}, steps: [step] }];
  return sealPlan({ name: request.action, title: step.title, params: {}, workstreams }, request);
}
