import { dirname } from 'node:path';
import { journalPath, orderOf } from '../run/journal/run-order.ts';
import type { RolloutMemory } from '../run/rollout-memory.ts';
import { readClusterPlan } from './plans.ts';
import { type RolloutEnv, type RolloutSession, withRollout } from './session.ts';

export type { RolloutEnv } from './session.ts';

interface How {
  /** A journal of two writers may be opened, too. */
  forked?: 'allowed';
  /** Throws where there is nothing to do: before anything is written. */
  refuse?(memory: RolloutMemory): void;
}

/** Opens an earlier rollout again as its one writer; the plans of its clusters are read from beside its journal. */
export async function openRollout<T>(
  rolloutId: string,
  env: RolloutEnv,
  how: How,
  work: (session: RolloutSession) => Promise<T>,
): Promise<T> {
  const dir = dirname(journalPath(env.stateDir, rolloutId));
  const order = await orderOf(env.stateDir, rolloutId);
  const planOf: Parameters<typeof withRollout>[0]['planOf'] =
    ({ plan }) =>
    (cluster) =>
      readClusterPlan(dir, plan.clusters.find(({ name }) => name === cluster)!);
  return withRollout({ rolloutId, dir, order, env, planOf, ...how }, work);
}
