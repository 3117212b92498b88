import { verbOf } from '../actions/names.ts';
import { flagOf } from '../actions/params.ts';
import { actionNamed } from '../actions/registry.ts';
import { usage } from '../base/errors.ts';
import { planActionStep } from './draft.ts';
import type { PlanRequest } from './request.ts';
import { sealPlan } from './seal.ts';
import type { GateSpec, Plan } from './types.ts';

export interface SingleStepRequest extends PlanRequest {
  action: string;
  /** As typed: flags by name. */
  actionParams: Record<string, unknown>;
  /** Node names. */
  targets: string[];
  anyOf?: boolean;
  /** Must hold between waves. */
  gate?: GateSpec;
  /** A step that is done first and undone last. */
  before?: { action: string; params: Record<string, unknown>; targets: string[] };
}

/** The plan of one verb: one workstream with one step, sometimes with another before it. Verbs have no other engine. */
export function singleStepPlan(request: SingleStepRequest): Plan {
  if (request.targets.length === 0) throw usage('no target', { place: '--selector', next: 'fireaxe nodes' });
  const place = `fireaxe ${verbOf(request.action)}`;
  const step = planActionStep(
    {
      id: request.action,
      action: request.action,
      params: request.actionParams,
      targets: request.targets,
      place,
      placeOfParam: (name) => flagOf(actionNamed(request.action).parameters, name) ?? place,
      gate: request.gate,
      ...(request.anyOf ? { anyOf: true } : {}),
    },
    request,
  );
  const { before } = request;
  const first =
    before && planActionStep({ id: before.action, place, ...before }, { ...request, overrides: {} });
  const steps = first ? [first, step] : [step];
  const workstreams = [{ name: request.action, title: step.title, needs: {}, steps }];
  return sealPlan({ name: request.action, title: step.title, params: {}, workstreams }, request);
}
