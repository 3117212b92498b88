import { parseParams } from '../actions/params.ts';
import { actionNamed } from '../actions/registry.ts';
import { parseAmount, parseSome, resolveAmount } from '../base/amount.ts';
import { LONGEST_MS } from '../base/duration.ts';
import { waveSizes } from '../fanout/waves.ts';
import { perCallOf, type TransportName } from '../fleet/transports.ts';
import { accessesOf } from '../kit/targets.ts';
import { clocksOf, timeoutsOf } from '../kit/timeouts.ts';
import type { ClusterKit } from '../kit/types.ts';
import { alongShards } from './along-shards.ts';
import { dangerOf, irreversibleOf } from './bound.ts';
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
  /** The same of one parameter. */
  placeOfParam?: ((name: string) => string) | undefined;
  /** The same of one key, where there is a file. */
  placeOf?: ((key: 'canary' | 'wave' | 'maxFailures') => string) | undefined;
}

/** Completes a step: the action checks the parameters; waves, parallelism and budget become numbers. Flags win over the draft. */
export function planActionStep(draft: StepDraft, request: PlanRequest): ActionStep {
  const action = actionNamed(draft.action);
  const context = { cluster: request.cluster, nodes: request.cluster.fleet.nodes, now: request.now };
  const given = action.complete?.(draft.params, context, draft.place) ?? draft.params;
  const params = parseParams(action, given, draft.place, draft.placeOfParam);
  const { overrides, kit } = request;
  // Flags were checked where they were typed; what is wrong here is in the playbook.
  const at = (key: 'canary' | 'wave' | 'maxFailures') => draft.placeOf?.(key) ?? draft.place;
  const wavesOf = overrides.wave ?? draft.wave;
  const wave = wavesOf === undefined ? undefined : parseSome(wavesOf, at('wave'), 'the wave has no nodes');
  const canaryOf = overrides.canary ?? draft.canary;
  const canary = canaryOf === undefined ? undefined : parseAmount(canaryOf, at('canary'));
  const timeouts = timeoutsOf(request.cluster);
  const total = draft.targets.length;
  const budget = parseAmount(
    overrides.maxFailures ?? draft.maxFailures ?? kit.policy.maxFailures,
    at('maxFailures'),
  );
  const irreversible = irreversibleOf({ action, params });
  const longestMs = 1000 * (action.cloud?.longest?.(params) ?? 0);
  const via = overrides.via ?? draft.via;
  const parallel = overrides.parallel ?? draft.parallel;
  const waves = action.oneByOne ? new Array<number>(total).fill(1) : waveSizes(total, canary, wave);
  action.permitted?.(params, draft.targets, context);
  const warnings = action.warnings?.(params, context) ?? [];
  const hasCanary = canary !== undefined && waves.length > 1 && resolveAmount(canary, total, 'up') > 0;
  const calls = action.cloud ? {} : callsOf(request.cluster, draft.targets, via);
  const ordered = calls.perCall !== undefined && !action.oneByOne && !draft.anyOf;
  return {
    kind: 'action',
    id: draft.id,
    action: draft.action,
    title: draft.title ?? action.summary(params),
    danger: dangerOf({ action, params }),
    params: given,
    targets: ordered ? alongShards(draft.targets, waves, request.cluster) : draft.targets,
    waves,
    ...(hasCanary ? { canary: true } : {}),
    // A cloud action declares its own parallelism.
    parallel: action.cloud?.parallel ?? parallel ?? DEFAULTS.parallel,
    ...(action.cloud || parallel !== undefined || total <= DEFAULTS.parallel ? {} : { adaptive: true }),
    ...calls,
    budget: resolveAmount(budget, total, 'down'),
    ...(action.cloud
      ? {
          connectMs: timeouts.connectMs,
          runMs:
            overrides.timeoutMs ??
            draft.timeoutMs ??
            Math.max(DEFAULTS.cloudTimeoutMs, Math.min(LONGEST_MS, longestMs)),
        }
      : clocksOf(timeouts, draft.timeoutMs ?? timeouts.scriptMs, overrides.timeoutMs)),
    ...(overrides.deliveryMs === undefined ? {} : { deliveryMs: overrides.deliveryMs }),
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

/** Where a call of a transport takes several targets, so many of them are in flight with one call. */
function callsOf(cluster: ClusterKit, names: string[], via?: TransportName[]): { perCall?: number } {
  const named = new Set(names);
  const used = via ?? accessesOf(cluster, ({ name }) => named.has(name)).flatMap((access) => access.via);
  const perCall = perCallOf(used);
  return perCall > 1 ? { perCall } : {};
}
