import { usage } from '../base/errors.ts';
import type { Plan } from '../plan/types.ts';
import type { Playbook } from '../playbook/types.ts';
import { type CliContext, chooseCluster } from './context.ts';
import { overridesOf } from './overrides.ts';
import { parseParameters } from './parameters.ts';
import type { PlanFor } from './rollout/one-or-many.ts';

/** Makes a plan from a playbook, its parameters and the selected cluster. */
export async function planOfPlaybook(
  nameOrPath: string,
  context: CliContext,
  reasonOf: () => string,
): Promise<Plan> {
  const { planFor } = await playbookPlans(nameOrPath, context, reasonOf);
  return planFor(await chooseCluster(context));
}

/** A playbook with its parameters, and how its plan is made for any cluster. */
export async function playbookPlans(
  nameOrPath: string,
  context: CliContext,
  /** Called once the playbook is found, so that a wrong name is reported first. */
  reasonOf: () => string,
): Promise<{ playbook: Playbook; planFor: PlanFor }> {
  const { flags, kit, io } = context;
  for (const flag of ['selector', 'nodes'] as const) {
    if (flags[flag] === undefined) continue;
    throw usage('a playbook selects its own nodes', {
      place: `--${flag}`,
      next: 'use --limit, or a parameter of the playbook',
    });
  }
  const params = parseParameters(flags.param ?? []);
  const { loadPlaybook } = await import('../playbook/load.ts');
  const { compilePlaybook } = await import('../playbook/compile.ts');
  const playbook = await loadPlaybook(nameOrPath, kit);
  const reason = reasonOf();
  const overrides = overridesOf(flags);
  return {
    playbook,
    planFor: async (cluster) =>
      compilePlaybook(playbook, { kit, cluster, params, reason, now: io.now(), overrides }),
  };
}
