import { kitOf } from '../../kit/clusters/opened.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { Plan } from '../../plan/types.ts';
import { clusterNeeds } from '../../playbook/cluster-needs.ts';
import type { Playbook } from '../../playbook/types.ts';
import { carryOut } from '../carry-out.ts';
import { noteSelected, soFar } from '../clusters/so-far.ts';
import { type CliContext, clusterOf, selectedClusters } from '../context.ts';
import { rolloutRequest } from './options.ts';

/** Makes the plan of one cluster. Throws where that cluster has no such plan. */
export type PlanFor = (cluster: ClusterKit) => Promise<Plan>;

/** Carries out a plan on the selected cluster; where several are selected, a rollout over them. Returns the exit code. */
export async function carryOutOnClusters(
  context: CliContext,
  planFor: PlanFor,
  playbook?: Playbook,
): Promise<number> {
  const { flags, io } = context;
  const request = rolloutRequest(flags);
  const selected = selectedClusters(context);
  if (selected.length === 1)
    return carryOut(await planFor(await clusterOf(context, selected[0]!.name)), context);
  noteSelected(
    context,
    selected.map(({ name }) => name),
  );
  const [{ makeRollout }, { carryOutRollout }] = await Promise.all([
    import('./make.ts'),
    import('./carry-out.ts'),
  ]);
  const order = playbook?.clusters?.order;
  const progress = soFar(context, 'planned', selected.length);
  const made = await makeRollout(
    selected,
    { ...(order && { order }), ...request },
    {
      // A snapshot is forgotten once its plan is made: hundreds of them take hundreds of megabytes.
      open: async (name) =>
        clusterOf({ ...context, sink: progress.sink, kit: await kitOf(context.kit, name) }, name),
      planFor,
      onPlanned: progress.add,
      ...(playbook && { needs: clusterNeeds(playbook, selected) }),
      now: io.now(),
    },
  ).finally(progress.end);
  return carryOutRollout(made, context);
}
