import { ACTION_NAMES, actionNamed } from '../actions/registry.ts';
import { LONGEST_MS } from '../base/duration.ts';
import { isTransportName } from '../fleet/transports.ts';
import type { ActionStep, GateSpec, Plan, Step } from './types.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const count = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least;
const span = (ms: unknown, least: number) => typeof ms === 'number' && ms >= least && ms <= LONGEST_MS;

/**
 * What a saved plan says of itself that is not so. Whoever writes a file can give it its hash, too: what a person is shown,
 * and is asked, must be what its actions say.
 */
export function untruth(plan: Plan): string | undefined {
  if (!NAME.test(plan.name)) return 'its name is none';
  for (const { name, steps } of plan.workstreams) {
    if (!NAME.test(name) || !Array.isArray(steps)) return 'a workstream is none';
    for (const step of steps) {
      const why = untruthOf(step, plan);
      if (why) return `step ${step.id}: ${why}`;
    }
  }
  return undefined;
}

function untruthOf(step: Step, plan: Plan): string | undefined {
  if (!NAME.test(step.id)) return 'its name is none';
  if (step.kind === 'undo') return undefined;
  if (step.kind === 'gate') return badGate(step.gate);
  if (step.kind !== 'action') return 'it is of no kind';
  if (!(ACTION_NAMES as readonly string[]).includes(step.action)) return `no action is called ${step.action}`;
  if (!Object.hasOwn(plan.scripts, step.action)) return `the scripts lack ${step.action}`;
  const action = actionNamed(step.action);
  const parsed = action.params.safeParse(step.params);
  if (!parsed.success) return `its parameters are none of ${step.action}`;
  const danger = typeof action.danger === 'function' ? action.danger(parsed.data) : action.danger;
  if (step.danger !== danger) return `it is ${danger}, not ${step.danger}`;
  const { irreversible: none } = action;
  if (step.irreversible !== (typeof none === 'function' ? none(parsed.data) : none))
    return 'its way back is another';
  return badNumbers(step) ?? (step.gate && badGate(step.gate));
}

function badGate({ answering, freshLeases = '1', holdsMs, withinMs, everyMs }: GateSpec): string | undefined {
  const amounts = [answering, freshLeases].every((amount) => /^\d+(\.\d+)?%?$/.test(amount));
  const good = amounts && span(holdsMs, 0) && span(withinMs, 0) && span(everyMs, 1);
  return good ? undefined : 'its gate makes no sense';
}

function badNumbers(step: ActionStep) {
  const { targets, waves, window, budget, connectMs, runMs, via } = step;
  if (step.keepTrying !== undefined && !NAME.test(step.keepTrying)) return 'its gate has no name';
  if (!Array.isArray(targets) || !targets.every((target) => typeof target === 'string')) return 'no targets';
  const waved =
    Array.isArray(waves) && waves.every((size) => count(size, 0)) && waves.reduce((a, b) => a + b, 0);
  if (waved !== targets.length) return 'its waves are not its targets';
  if (!count(window, 1) || !count(budget, 0) || !span(connectMs, 1) || !span(runMs, 1))
    return 'its numbers make no sense';
  const { loginMs = 1, wholeMs = 1, retryMs = 0 } = step;
  if (!span(loginMs, 1) || !span(wholeMs, 1) || !span(retryMs, 0)) return 'its numbers make no sense';
  return via?.every((way) => isTransportName(way)) === false ? 'it goes ways that there are not' : undefined;
}
