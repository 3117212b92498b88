import { join } from 'node:path';
import { mapAtOnce } from '../base/at-once.ts';
import { makeDirectories, syncDirectory } from '../base/directories.ts';
import { readPlanFile, writePlanFile } from '../plan/file.ts';
import type { RolloutCluster, RolloutPlan } from '../plan/rollout/types.ts';
import { stale } from '../plan/stale.ts';
import type { Plan } from '../plan/types.ts';

/** The plan of each cluster, by its name. */
export type PlanOf = (cluster: string) => Promise<Plan>;

const folderOf = (dir: string) => join(dir, 'plans');
const fileOf = (dir: string, cluster: string) => join(folderOf(dir), `${cluster}.plan`);

/** Files that are open at a time. */
const AT_ONCE = 16;

/** Puts the plan of each cluster on the disk, beside the journal of the rollout. */
export async function writePlans(dir: string, { clusters }: RolloutPlan, planOf: PlanOf): Promise<void> {
  await makeDirectories(folderOf(dir));
  await mapAtOnce(clusters, AT_ONCE, async ({ name }) =>
    writePlanFile(fileOf(dir, name), await planOf(name)),
  );
  await syncDirectory(folderOf(dir));
}

/** Reads a cluster's plan again. Throws stale where it is not the one that the rollout names. */
export async function readClusterPlan(dir: string, { name, plan: hash }: RolloutCluster): Promise<Plan> {
  const file = fileOf(dir, name);
  const plan = await readPlanFile(file);
  if (plan.hash === hash && plan.cluster === name) return plan;
  throw stale(
    'the plan is not that of the rollout',
    file,
    `the plan of ${name} with the hash ${hash.slice(0, 12)}`,
  );
}
