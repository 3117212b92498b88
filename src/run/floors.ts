import { actionNamed } from '../actions/registry.ts';
import { parseAmount, resolveAmount } from '../base/amount.ts';
import { FireaxeError } from '../base/errors.ts';
import type { FleetNode, Role } from '../fleet/types.ts';
import type { Policy } from '../kit/types.ts';
import { actionSteps } from '../plan/steps.ts';
import type { ActionStep, Plan } from '../plan/types.ts';

/** Refuses (kind guard) a plan that would leave fewer nodes of a role at work than the kit's policy says. */
export function holdFloors(plan: Plan, nodes: FleetNode[], floors: Policy['floors']): void {
  for (const [role, text] of Object.entries(floors) as [Role, string][]) {
    const members = nodes.filter((n) => n.roles.includes(role)).map((n) => n.name);
    const floor = resolveAmount(parseAmount(text, `policy.floors.${role}`), members.length, 'up');
    for (const step of actionSteps(plan)) {
      const left = members.length - takenOut(step, new Set(members));
      if (left >= floor || left === members.length) continue;
      throw new FireaxeError(
        'guard',
        `${step.id} would leave ${left} of ${members.length} ${role} nodes at work`,
        {
          place: step.id,
          expected: `at least ${floor}, the kit's floor for ${role} (policy.floors)`,
          next: 'choose fewer targets: --limit N or --limit N%',
        },
      );
    }
  }
}

/** Most members that a step takes out at the same time. */
function takenOut(step: ActionStep, members: Set<string>): number {
  const { takesOut, cloud } = actionNamed(step.action);
  const hit = step.targets.filter((t) => members.has(t)).length;
  if (takesOut === 'until-undo') return hit;
  return takesOut === 'one-at-a-time' ? Math.min(hit, cloud?.parallel ?? 1) : 0;
}
