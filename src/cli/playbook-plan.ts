import { usage } from '../base/errors.ts';
import type { Plan } from '../plan/types.ts';
import { type CliContext, chooseCluster } from './context.ts';
import { overridesOf } from './overrides.ts';
import { parseParameters } from './parameters.ts';

/** Makes a plan from a playbook, its parameters and the cluster. */
export async function planOfPlaybook(
  nameOrPath: string,
  context: CliContext,
  /** Called once the playbook is found, so that a wrong name is reported first. */
  reasonOf: () => string,
): Promise<Plan> {
  const { flags, kit, io } = context;
  for (const flag of ['selector', 'nodes'] as const) {
    if (flags[flag] === undefined) continue;
    throw usage('a playbook selects its own nodes', {
      place: `--${flag}`,
      next: 'use --limit, or a parameter of the playbook',
    });
  }
  const cluster = chooseCluster(context);
  const params = parseParameters(flags.param ?? []);
  const { loadPlaybook } = await import('../playbook/load.ts');
  const { compilePlaybook } = await import('../playbook/compile.ts');
  const playbook = await loadPlaybook(nameOrPath, kit);
  return compilePlaybook(playbook, {
    kit,
    cluster,
    params,
    reason: reasonOf(),
    now: io.now(),
    overrides: overridesOf(flags),
  });
}
