import { join } from 'node:path';
import { usage } from '../../base/errors.ts';
import { foldLine } from '../../base/fold-names.ts';
import { isNamed, wordsOf } from '../../kit/clusters/glob.ts';
import type { Plan } from '../../plan/types.ts';
import { readClusterPlan } from '../../rollout/plans.ts';
import { memberRun } from '../../run/journal/members.ts';
import { runsInOrder } from '../../run/journal/run-order.ts';
import { type Naming, readRun } from '../../run/journal/store.ts';
import { RolloutMemory } from '../../run/rollout-memory.ts';
import { grouped, values } from '../option.ts';

/** Of verbs that take a run: a rollout has one for each cluster. */
export const ofOneCluster = grouped('Which run:', {
  cluster: values('-c, --cluster <name>', 'of a rollout: the run of this cluster'),
});

/** The run that a word means: with `-c`, of a rollout that of the cluster. Throws usage where it has no such cluster. */
export async function memberNamed(
  stateDir: string,
  wanted: string,
  typed: readonly string[] | undefined,
  naming: Naming = {},
): Promise<string> {
  if (typed === undefined) return wanted;
  const { runId, records } = await readRun(stateDir, wanted, naming);
  const memory = RolloutMemory.of(records);
  if (!memory) {
    const first = records[0];
    const cluster = first?.kind === 'plan' ? first.plan.cluster : undefined;
    if (cluster === undefined || isNamed(typed, cluster)) return runId;
    throw usage(`the run ${runId} is of the cluster ${cluster}`, {
      place: '--cluster',
      expected: `-c ${cluster}, or none`,
    });
  }
  const chosen = clustersNamed(memory, typed);
  if (chosen.length === 1) return begunRun(stateDir, runId, memory, chosen[0]!);
  throw usage(`${chosen.length} clusters of the rollout ${runId} are named`, {
    place: '--cluster',
    expected: 'one of them, or no -c for the whole rollout',
  });
}

/** The run of one cluster. Throws usage where the rollout did not come to it. */
async function begunRun(stateDir: string, runId: string, memory: RolloutMemory, cluster: string) {
  const run = runOfCluster(runId, memory, cluster);
  const isThere = (await runsInOrder(stateDir)).some((one) => one.runId === run);
  if (isThere) return run;
  const begun = memory.clusters.filter(({ state, run }) => run !== undefined || state === 'running');
  throw usage(`the rollout ${runId} did not begin on ${cluster}`, {
    place: '--cluster',
    expected:
      begun.length === 0
        ? 'a rollout that began on some cluster'
        : `some of ${foldLine(begun.map((one) => one.cluster))}`,
    next: `fireaxe timeline ${runId}`,
  });
}

/** Of a verb that takes the run of one cluster only. */
export function ofWhichCluster(rolloutId: string) {
  return usage(`${rolloutId} is a rollout over several clusters`, {
    place: '--cluster',
    expected: 'the run of one of them',
    next: `add -c NAME; fireaxe timeline ${rolloutId}`,
  });
}

/** The clusters of a rollout that names and globs mean. Throws usage where one of them means none. */
export function clustersNamed({ plan }: RolloutMemory, typed: readonly string[]): string[] {
  const names = plan.clusters.map(({ name }) => name);
  for (const word of wordsOf(typed)) {
    if (names.some((name) => isNamed([word], name))) continue;
    throw usage(`the rollout has no cluster ${word}`, {
      place: '--cluster',
      expected: `some of ${foldLine(names)}`,
    });
  }
  return names.filter((name) => isNamed(typed, name));
}

/** The run of one cluster of a rollout. */
export function runOfCluster(rolloutId: string, { plan }: RolloutMemory, cluster: string): string {
  return memberRun(
    rolloutId,
    cluster,
    plan.clusters.findIndex(({ name }) => name === cluster),
  );
}

/** The plan of one cluster, from beside the journal of the rollout. */
export function savedPlan(
  directory: string,
  rolloutId: string,
  { plan }: RolloutMemory,
  cluster: string,
): Promise<Plan> {
  const one = plan.clusters.find(({ name }) => name === cluster)!;
  return readClusterPlan(join(directory, rolloutId), one);
}
