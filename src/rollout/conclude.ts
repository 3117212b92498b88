import type { ClusterMemory, RolloutMemory } from '../run/rollout-memory.ts';
import type { ClusterState, RolloutVerdict } from '../run/types.ts';

interface How {
  rolloutId: string;
  startedAt: string;
  now: Date;
  interrupted: boolean;
  /** Why no further cluster was begun. */
  why?: string | undefined;
}

/** The verdict over all clusters; each of them has exactly one state, and the targets add up to what was planned. */
export function conclude(
  memory: RolloutMemory,
  { rolloutId, startedAt, now, interrupted, why }: How,
): RolloutVerdict {
  const { plan } = memory;
  const state = stateOf(memory, interrupted, why);
  const clusters: RolloutVerdict['clusters'] = [
    ...memory.clusters.map((cluster) => ({ ...cluster, state: lastStateOf(cluster) })),
    ...plan.leftOut.map(({ cluster, why }) => ({ cluster, state: 'not-attempted' as const, why })),
  ];
  const over = clusters.every((cluster) => cluster.state === 'ok');
  return {
    rolloutId,
    state,
    clusters,
    ...memory.totals(),
    startedAt,
    endedAt: now.toISOString(),
    ...(why === undefined ? {} : { why }),
    ...(over || state === 'done' ? {} : { next: `fireaxe ${next(memory)} ${rolloutId}` }),
  };
}

/** A cluster that a resume did not come to again is where it was before. */
function lastStateOf({ state, ended, counts }: ClusterMemory): ClusterState {
  if (state !== 'waiting') return state;
  if (ended === 'failed' || ended === 'guard') return 'failed';
  return ended === undefined && counts === undefined ? 'not-attempted' : 'interrupted';
}

function stateOf(
  memory: RolloutMemory,
  interrupted: boolean,
  why: string | undefined,
): RolloutVerdict['state'] {
  const { clusters, plan } = memory;
  const open = clusters.some(({ state }) => ['waiting', 'running', 'interrupted'].includes(state));
  if (open && interrupted) return 'interrupted';
  if (why !== undefined) return 'guard';
  if (!clusters.some(({ state }) => state === 'ok')) return 'failed';
  const whole = clusters.every(({ state, ended }) => state === 'ok' && ended === 'done');
  return whole && plan.leftOut.length === 0 ? 'done' : 'partial';
}

/** A cluster that failed may go on where its run can; a resume finds out. */
function next({ clusters }: RolloutMemory): 'resume' | 'timeline' {
  return clusters.some(({ state }) => state !== 'ok') ? 'resume' : 'timeline';
}
