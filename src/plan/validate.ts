import { podsByLabel } from '../actions/kubectl/paths.ts';
import { ACTION_NAMES } from '../actions/registry.ts';
import { isTransportName } from '../fleet/transports.ts';
import { bindStep, dangerOf, irreversibleOf } from './bound.ts';
import type { GateSpec, Plan, Step, UndoStep } from './types.ts';

/** As Fireaxe names plans, workstreams and steps: names become directories and parts of commands. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Where a saved plan contradicts itself or its actions. Whoever edits a file can give it a new hash, too: what a person
 * is shown, and consents to, must be what the actions do.
 */
export function contradiction(plan: Plan): string | undefined {
  if (!NAME.test(plan.name)) return `invalid name ${JSON.stringify(plan.name)}`;
  for (const { name, steps } of plan.workstreams) {
    if (!NAME.test(name)) return `invalid workstream name ${JSON.stringify(name)}`;
    for (const step of steps) {
      const wrong = NAME.test(step.id) ? ofStep(step, plan) : 'invalid name';
      if (wrong) return `step ${step.id}: ${wrong}`;
    }
  }
  return undefined;
}

function ofStep(step: Step, plan: Plan): string | undefined {
  if (step.kind === 'undo') return ofUndo(step);
  if (step.kind === 'gate') return ofGate(step.gate);
  if (step.kind === 'ask') return step.text.trim() === '' ? 'an empty question' : undefined;
  if (!(ACTION_NAMES as readonly string[]).includes(step.action))
    return `unknown action ${JSON.stringify(step.action)}`;
  if (!Object.hasOwn(plan.scripts, step.action)) return `no script digest of ${step.action}`;
  const bound = bindStep(step);
  if (!bound) return `invalid parameters of ${step.action}`;
  const danger = dangerOf(bound);
  if (step.danger !== danger) return `its danger is ${danger}, not ${step.danger}`;
  const never = irreversibleOf(bound);
  if (step.irreversible !== never)
    return never === undefined ? 'it can be undone' : `it cannot be undone: ${never}`;
  if (step.keepTrying !== undefined && !NAME.test(step.keepTrying)) return 'invalid gate name in keepTrying';
  const transport = step.via?.find((name) => !isTransportName(name));
  if (transport !== undefined) return `unknown transport ${JSON.stringify(transport)}`;
  return step.gate && ofGate(step.gate);
}

/** What is shown is what is asked. */
function ofUndo({ onceGone }: UndoStep): string | undefined {
  return onceGone && podsByLabel(onceGone.pods) !== onceGone.path ? 'invalid pods in onceGone' : undefined;
}

function ofGate({ answering, freshLeases = '1', etcdHealthy = '1', nodes }: GateSpec): string | undefined {
  const typed = [answering, freshLeases, etcdHealthy, nodes?.calm ?? '1', nodes?.limits.uplink ?? '1'];
  const amounts = typed.every((amount) => /^\d+(\.\d+)?%?$/.test(amount));
  return amounts ? undefined : 'invalid amount in its gate';
}
