import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { isNamed } from '../../kit/clusters/glob.ts';
import { openClusters } from '../../kit/clusters/opened.ts';
import type { RolloutFile } from '../../plan/rollout/file.ts';
import type { RolloutPlan } from '../../plan/rollout/types.ts';
import { noteSelected, soFar } from '../clusters/so-far.ts';
import { furtherReasonOf } from '../consent.ts';
import type { CliContext, Flags } from '../context.ts';
import { flagOf } from '../option.ts';
import { refuseSecondRun } from '../run-once.ts';
import { carryOutRollout } from './carry-out.ts';
import { rolloutOptions } from './options.ts';

/** Clusters or a reason that were typed must be those of the rollout: it runs whole or not at all. */
function refuseOther(file: string, { clusters, reason }: RolloutPlan, flags: Flags): void {
  const { cluster } = flags;
  const other = cluster && clusters.find(({ name }) => !isNamed(cluster, name));
  if (other)
    throw usage('a saved rollout runs on all its clusters', {
      place: '--cluster',
      expected: `leave out -c: ${other.name} is one of them, too`,
      next: 'make a new plan for some of them: fireaxe plan … --save FILE',
    });
  const typed = furtherReasonOf(flags).reason;
  if (typed === undefined || typed === reason || reason === '') return;
  throw usage('--reason does not match the plan', {
    place: '--reason',
    expected: `--reason ${quote(reason)}, or leave it out`,
    next: `make a new plan with this flag: fireaxe plan … --save ${quote(file)}`,
  });
}

/** Runs a saved rollout, as it was made or not at all. Returns the exit code. */
export async function runSavedRollout(
  file: string,
  { rollout, plans }: RolloutFile,
  context: CliContext,
  again: boolean,
): Promise<number> {
  const { flags, kit, io } = context;
  const changed = Object.entries(rolloutOptions).find(([name]) => flags[name as keyof Flags] !== undefined);
  if (changed)
    throw usage('a saved plan runs unchanged', {
      place: flagOf(changed[1]),
      next: 'make a new plan with this flag: fireaxe plan … --save FILE',
    });
  refuseOther(file, rollout, flags);
  const { assertFresh } = await import('../../plan/stale.ts');
  const names = plans.map(({ cluster }) => cluster);
  noteSelected(context, names);
  const progress = soFar(context, 'opened', names.length);
  for (const name of names) {
    await openClusters(kit, [name]);
    progress.add();
  }
  progress.end();
  // Of all clusters or of none: what runs is what was reviewed.
  for (const plan of plans) assertFresh(plan, { kit, now: io.now(), place: file });
  if (!rollout.reason && flags.dryRun !== true)
    throw usage('the plan has no reason', { place: file, next: 'make a new plan with --reason "why"' });
  const once = async () => {
    if (!again) await refuseSecondRun(rollout, file, context);
  };
  if (flags.dryRun !== true) await once();
  const made = { rollout, plans: new Map(plans.map((plan) => [plan.cluster, plan])) };
  return carryOutRollout(made, context, { saved: true, once });
}
