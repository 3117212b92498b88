import { parseAmount, resolveAmount } from '../../base/amount.ts';
import type { TransportName } from '../../fleet/transports.ts';
import { stateDir } from '../../kit/state-dir.ts';
import { askSteps } from '../../plan/steps.ts';
import type { RolloutMemory } from '../../run/rollout-memory.ts';
import { refuseUnansweredRollout } from '../answers.ts';
import { noteSelected } from '../clusters/so-far.ts';
import { furtherReasonOf } from '../consent.ts';
import type { CliContext } from '../context.ts';
import { savedPlan } from './member.ts';
import { isUndoable, runRolloutAndShow } from './run-and-show.ts';
import { keysOf, unlockClusters } from './unlock.ts';

interface How {
  via?: TransportName[];
  deliveryMs?: number;
  maxFailedClusters?: string | undefined;
}

/** Continues a rollout: each run by its own journal, then the clusters that were not begun. Returns the exit code. */
export async function resumeWholeRollout(
  rolloutId: string,
  memory: RolloutMemory,
  context: CliContext,
  { via, deliveryMs, maxFailedClusters }: How,
): Promise<number> {
  const { plan } = memory;
  const allowed =
    maxFailedClusters === undefined ? undefined : parseAmount(maxFailedClusters, '--max-failed-clusters');
  const directory = stateDir(context.kit, context.io.env);
  const left = plan.clusters.filter(({ name }) => memory.stateOf(name) !== 'ok');
  const names = left.map(({ name }) => name);
  if (names.length > 0) noteSelected(context, names);
  // A plan that cannot be read is the failure of its cluster alone.
  const questions = left.map(({ name }) =>
    savedPlan(directory, rolloutId, memory, name).then(askSteps, () => []),
  );
  refuseUnansweredRollout((await Promise.all(questions)).flat(), context.flags, context.io);
  await unlockClusters(context, names, async (name) =>
    via ? { orders: [via] } : keysOf(await savedPlan(directory, rolloutId, memory, name)),
  );
  const { resumeRollout } = await import('../../rollout/execute.ts');
  const { name } = plan.clusters[0]!;
  const first = await savedPlan(directory, rolloutId, memory, name).catch(() => undefined);
  return runRolloutAndShow(
    context,
    plan,
    (env) =>
      resumeRollout(
        rolloutId,
        { ...env, ...(via && { via }), ...(deliveryMs && { deliveryMs }), ...furtherReasonOf(context.flags) },
        allowed ? { maxFailed: resolveAmount(allowed, plan.clusters.length, 'down') } : {},
      ),
    { undoable: first !== undefined && isUndoable(first) },
  );
}
