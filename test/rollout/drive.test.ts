import { expect, it } from 'vitest';
import { drive } from '../../src/rollout/drive.ts';
import { RolloutMemory } from '../../src/run/rollout-memory.ts';
import type { JournalBody } from '../../src/run/types.ts';
import { clustersOf, rolloutOf } from './fake-clusters.ts';

it('waits for the clusters that run before it gives up on a journal that cannot be written', async () => {
  // c3 is skipped, because it needs c1, while c2 still runs.
  const clusters = clustersOf(3).map((one) => (one.name === 'c3' ? { ...one, needs: ['c1'] } : one));
  const memory = new RolloutMemory(rolloutOf(clusters, { waves: [2, 1], maxFailed: 2 }));
  let ended = false;
  const record = async (body: JournalBody) => {
    memory.learn(body);
    if (body.kind === 'cluster' && body.state === 'skipped') throw new Error('no space left on device');
  };
  const carryOut = async (cluster: string) => {
    if (cluster === 'c1') return { state: 'failed' as const };
    await new Promise((wake) => setTimeout(wake, 50));
    ended = true;
    return { state: 'ok' as const };
  };
  const stop = new AbortController().signal;
  const driving = drive({ memory, stop, record, runOf: (cluster) => cluster, carryOut });
  await expect(driving).rejects.toThrow('no space left on device');
  expect(ended).toBe(true);
});
