import { parseParams } from '../actions/params.ts';
import { actionNamed } from '../actions/registry.ts';
import { parseAmount, parseSome, resolveAmount } from '../base/amount.ts';
import { waveSizes } from '../fanout/waves.ts';
import type { TransportName } from '../fleet/transports.ts';
import { clocksOf, timeoutsOf } from '../kit/timeouts.ts';
import { DEFAULTS, type PlanRequest } from './request.ts';
import type { ActionStep, GateSpec } from './types.ts';

export interface StepDraft {
  id: string;
  title?: string | undefined;
  action: string;
  params: Record<string, unknown>;
  targets: string[];
  anyOf?: boolean | undefined;
  canary?: string | undefined;
  wave?: string | undefined;
  parallel?: number | undefined;
  maxFailures?: string | undefined;
  timeoutMs?: number | undefined;
  via?: TransportName[] | undefined;
  gate?: GateSpec | undefined;
  rollBack?: boolean | undefined;
  removesCause?: boolean | undefined;
  keepTrying?: string | undefined;
  /** `file:line:column` or a flag, for messages. */
  place: string;
  /** The same of one key, where there is a file. */
  placeOf?: ((key: 'canary' | 'wave' | 'maxFailures') => string) | undefined;
}

/** Makes a step complete: parameters checked by the action, waves, window and budget resolved to numbers. Flags win over drafts. */
export function planActionStep(draft: StepDraft, request: PlanRequest): ActionStep {
  const action = actionNamed(draft.action);
  const params = parseParams(action, draft.params, draft.place);
  const { overrides, kit } = request;
  // A flag was looked at where it was typed; what is wrong here stands in the playbook.
  const at = (key: 'canary' | 'wave' | 'maxFailures') => draft.placeOf?.(key) ?? draft.place;
  const wavesOf = overrides.wave ?? draft.wave;
  const wave = wavesOf === undefined ? undefined : parseSome(wavesOf, at('wave'), 'a wave of no nodes');
  const canaryOf = overrides.canary ?? draft.canary;
  const canary = canaryOf === undefined ? undefined : parseAmount(canaryOf, at('canary'));
  const timeouts = timeoutsOf(request.cluster);
  const total = draft.targets.length;
  const budget = parseAmount(
    overrides.maxFailures ?? draft.maxFailures ?? kit.policy.maxFailures,
    at('maxFailures'),
  );
  const irreversible =
    typeof action.irreversible === 'function' ? action.irreversible(params) : action.irreversible;
  const via = overrides.via ?? draft.via;
  const waves = waveSizes(total, canary, wave);
  const warnings =
    action.warnings?.(params, { cluster: request.cluster, nodes: request.cluster.fleet.nodes }) ?? [];
  const tried = canary !== undefined && waves.length > 1 && resolveAmount(canary, total, 'up') > 0;
  return {
    kind: 'action',
    id: draft.id,
    action: draft.action,
    title: draft.title ?? action.summary(params),
    danger: typeof action.danger === 'function' ? action.danger(params) : action.danger,
    params: draft.params,
    targets: draft.targets,
    waves,
    ...(tried ? { canary: true } : {}),
    // A cloud action says itself how many it bears.
    window: action.cloud?.parallel ?? overrides.parallel ?? draft.parallel ?? DEFAULTS.parallel,
    budget: resolveAmount(budget, total, 'down'),
    ...(action.cloud
      ? {
          connectMs: timeouts.connectMs,
          runMs: overrides.timeoutMs ?? draft.timeoutMs ?? DEFAULTS.cloudTimeoutMs,
        }
      : clocksOf(timeouts, draft.timeoutMs ?? timeouts.scriptMs, overrides.timeoutMs)),
    anyOf: draft.anyOf ?? false,
    ...(draft.keepTrying === undefined ? {} : { keepTrying: draft.keepTrying }),
    ...(draft.gate ? { gate: draft.gate } : {}),
    ...(draft.rollBack ? { rollBack: true } : {}),
    ...(via ? { via } : {}),
    ...(irreversible ? { irreversible } : {}),
    ...(draft.removesCause ? { removesCause: true } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
