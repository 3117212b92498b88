import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { usage } from '../base/errors.ts';
import { domainsIn } from '../kit/clusters/domains.ts';
import type { RolloutPlan } from '../plan/rollout/types.ts';
import { createRun } from '../run/journal/store.ts';
import type { RolloutMemory } from '../run/rollout-memory.ts';
import type { RolloutVerdict } from '../run/types.ts';
import { carryOutCluster } from './cluster.ts';
import { conclude } from './conclude.ts';
import { drive } from './drive.ts';
import { openRollout } from './open.ts';
import { type PlanOf, writePlans } from './plans.ts';
import { reconsider } from './reconsider.ts';
import { type RolloutEnv, type RolloutSession, withRollout } from './session.ts';

/** Runs a rollout: a new journal over the runs of its clusters. All plans are on the disk before anything is launched. */
export async function executeRollout(
  plan: RolloutPlan,
  planOf: PlanOf,
  env: RolloutEnv,
): Promise<RolloutVerdict> {
  const { runId, dir, order } = await createRun(env.stateDir, { name: `${plan.name}-rollout` }, env.now());
  try {
    await writePlans(dir, plan, planOf);
  } catch (error) {
    // Nothing was launched: there is nothing to tell of.
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
  const first = {
    kind: 'rollout',
    rollout: plan,
    operator: env.operator,
    host: hostname(),
    pid: process.pid,
  } as const;
  return withRollout({ rolloutId: runId, dir, order, env, planOf: () => planOf, first }, goOn);
}

/** Resumes a rollout by its journal and those of its runs: nothing runs twice. `maxFailed` allows more failed clusters. */
export async function resumeRollout(
  rolloutId: string,
  env: RolloutEnv,
  { maxFailed }: { maxFailed?: number } = {},
): Promise<RolloutVerdict> {
  return openRollout(
    rolloutId,
    env,
    { refuse: (memory) => refuseWhatIsOver(memory, rolloutId) },
    async (session) => {
      const { record } = session;
      const text = env.reason === undefined ? {} : { text: env.reason };
      const allowed = maxFailed === undefined ? {} : { maxFailed };
      await record({ kind: 'operator', what: 'resume', operator: env.operator, ...text, ...allowed });
      if (maxFailed !== undefined)
        await record({ kind: 'note', text: `failed clusters allowed from now on: ${maxFailed}` });
      await reconsider(session);
      return goOn(session);
    },
  );
}

async function goOn(session: RolloutSession): Promise<RolloutVerdict> {
  const { memory, env, record, rolloutId } = session;
  const why = await drive({
    memory,
    stop: env.stop,
    domainsOf: domainsIn(env.kit),
    record,
    runOf: session.runOf,
    carryOut: (cluster) => carryOutCluster(session, cluster),
  });
  const startedAt = memory.plan.createdAt;
  const verdict = conclude(memory, {
    rolloutId,
    startedAt,
    now: env.now(),
    interrupted: env.stop.aborted,
    why,
  });
  await record({ kind: 'rollout-end', verdict });
  return verdict;
}

function refuseWhatIsOver({ verdict, undoBegun }: RolloutMemory, rolloutId: string): void {
  if (verdict?.state === 'done')
    throw usage(`nothing to resume: the rollout ${rolloutId} is done`, {
      next: `fireaxe timeline ${rolloutId}`,
    });
  if (undoBegun) throw usage(`cannot resume ${rolloutId}: it was undone`, { next: 'make a new plan' });
}
