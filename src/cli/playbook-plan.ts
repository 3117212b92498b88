import { usage } from '../base/errors.ts';
import type { Plan } from '../plan/types.ts';
import { type CliContext, chooseCluster } from './context.ts';
import { overridesOf } from './overrides.ts';
import { parseParameters } from './parameters.ts';

/** A playbook, its parameters and the cluster make a plan. */
export async function planOfPlaybook(
  nameOrPath: string,
  context: CliContext,
  /** Asked for only once the playbook is known to be there. */
  reasonOf: () => string,
): Promise<Plan> {
  const { flags, kit, io } = context;
  for (const flag of ['selector', 'nodes'] as const) {
    if (flags[flag] === undefined) continue;
    throw usage('a playbook says itself which nodes it takes', {
      place: `--${flag}`,
      next: 'use --limit, or the parameters of the playbook',
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
