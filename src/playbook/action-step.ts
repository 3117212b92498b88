import { actionNamed } from '../actions/registry.ts';
import { type Amount, parseAmount, resolveAmount } from '../base/amount.ts';
import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { waveSizes } from '../fanout/waves.ts';
import type { TransportName } from '../fleet/types.ts';
import type { ActionStep, GateSpec } from '../run/types.ts';
import { DEFAULTS, type PlanRequest } from './request.ts';

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
  /** `file:line:column` or a flag, for messages. */
  place: string;
}

/** Makes a step complete: parameters checked by the action, waves, window and budget resolved to numbers. Flags win over drafts. */
export function planActionStep(draft: StepDraft, request: PlanRequest): ActionStep {
  const action = actionNamed(draft.action);
  const parsed = action.params.safeParse(draft.params);
  if (!parsed.success) throw wrongParameter(draft, parsed.error.issues as Issue[]);
  const { overrides, kit } = request;
  const amount = (text: string | undefined, place: string): Amount | undefined =>
    text === undefined ? undefined : parseAmount(text, place);
  const total = draft.targets.length;
  const budget = parseAmount(
    overrides.maxFailures ?? draft.maxFailures ?? kit.policy.maxFailures,
    '--max-failures',
  );
  const irreversible =
    typeof action.irreversible === 'function' ? action.irreversible(parsed.data) : action.irreversible;
  const via = overrides.via ?? draft.via;
  return {
    kind: 'action',
    id: draft.id,
    action: draft.action,
    title: draft.title ?? action.summary(parsed.data),
    danger: typeof action.danger === 'function' ? action.danger(parsed.data) : action.danger,
    params: draft.params,
    targets: draft.targets,
    waves: waveSizes(
      total,
      amount(overrides.canary ?? draft.canary, '--canary'),
      amount(overrides.wave ?? draft.wave, '--wave'),
    ),
    window: overrides.parallel ?? draft.parallel ?? DEFAULTS.parallel,
    budget: resolveAmount(budget, total, 'down'),
    // Who asks for five seconds does not want to wait fifteen for a silent host.
    connectMs: Math.min(
      overrides.connectMs ?? DEFAULTS.connectMs,
      overrides.timeoutMs ?? Number.POSITIVE_INFINITY,
    ),
    runMs:
      overrides.timeoutMs ?? draft.timeoutMs ?? (action.cloud ? DEFAULTS.cloudTimeoutMs : DEFAULTS.timeoutMs),
    anyOf: draft.anyOf ?? false,
    ...(draft.gate ? { gate: draft.gate } : {}),
    ...(draft.rollBack ? { rollBack: true } : {}),
    ...(via ? { via } : {}),
    ...(irreversible ? { irreversible } : {}),
  };
}

interface Issue {
  code?: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

function wrongParameter(draft: StepDraft, issues: Issue[]) {
  const issue = issues[0]!;
  const { params } = actionNamed(draft.action);
  const known = Object.keys((params as { shape?: Record<string, unknown> }).shape ?? {});
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys?.[0] ?? '';
    const meant = nearest(key, known);
    return usage(`${draft.action} has no parameter ${key}`, {
      place: draft.place,
      expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${known.join(', ')}`,
    });
  }
  const name = issue.path.map(String).join('.');
  return usage(`${draft.action}${name ? `: ${name}` : ''}: ${issue.message}`, {
    place: draft.place,
    next: `fireaxe ${draft.action} --help`,
  });
}
