import { runMemory, targetCounts } from './run-memory.ts';
import type { RolloutSession } from './session.ts';

/**
 * Before a resume: what succeeded counts, unless it was undone since. All else waits again, with what its run has done
 * so far; what failed may go on.
 */
export async function reconsider({ memory, env, runOf, record }: RolloutSession): Promise<void> {
  for (const known of memory.clusters) {
    const { cluster, state } = known;
    if (state === 'waiting') continue;
    const run = await runMemory(env.stateDir, runOf(cluster)).catch(() => undefined);
    const counts = run && targetCounts(run);
    const now = { ...known, ...(counts && { counts }) };
    if (state !== 'ok') memory.learn({ kind: 'cluster', ...now, state: 'waiting' });
    else if (run?.undoBegun)
      await record({ kind: 'cluster', ...now, state: 'failed', why: 'its run was undone' });
  }
}
