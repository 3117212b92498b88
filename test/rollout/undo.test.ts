import { describe, expect, it } from 'vitest';
import { executeRollout, resumeRollout } from '../../src/rollout/execute.ts';
import { undoPlan, undoRollout } from '../../src/rollout/undo.ts';
import { readRun } from '../../src/run/journal/store.ts';
import { RolloutMemory } from '../../src/run/rollout-memory.ts';
import { type Fate, fakeFleet } from '../run/fake-fleet.ts';
import {
  clustersOf,
  kitOfClusters,
  rolloutEnv,
  rolloutFor,
  rolloutOf,
  withApiServers,
} from './fake-clusters.ts';

const REQUEST = {
  waves: { canary: { count: 1 }, shape: { each: { percent: 100 } } },
  parallel: 8,
  gate: 'as-before',
  soakMs: 0,
} as const;

/** A rollout over four clusters that ended, and its undo. */
async function rolledOut(undoFate: (node: string) => Fate = () => 'ok') {
  const kit = kitOfClusters(4);
  const fleet = fakeFleet((op, _, node) => (op === 'undo' ? undoFate(node) : 'ok'));
  const { env, told } = rolloutEnv(kit, withApiServers(fleet.transport));
  const { rollout, planOf } = rolloutFor(kit, { waves: [1, 3] });
  const { rolloutId } = await executeRollout(rollout, planOf, env);
  told.length = 0;
  const undo = (names = ['c1', 'c2', 'c3', 'c4'], rest: Partial<typeof env> = {}) => {
    const undos = names.map((cluster) => ({ cluster, targets: 2, choice: {} }));
    return undoRollout(rolloutId, { ...env, ...rest }, undoPlan(rollout, undos, REQUEST), undos);
  };
  return { env, told, fleet, rolloutId, undo };
}

describe('undoPlan', () => {
  it('begins with what was begun last, and with what needs a cluster before that cluster', () => {
    const clusters = clustersOf(3).map((one) => (one.name === 'c3' ? { ...one, needs: ['c1'] } : one));
    const undos = clusters.map(({ name: cluster }) => ({ cluster, targets: 1, choice: {} }));
    const plan = undoPlan(rolloutOf(clusters), undos, REQUEST);
    expect(plan.clusters.map(({ name, needs }) => [name, needs])).toEqual([
      ['c3', undefined],
      ['c2', undefined],
      ['c1', ['c3']],
    ]);
    expect(plan).toMatchObject({ waves: [1, 2], canary: true, maxFailed: 3 });
  });
});

describe('undoRollout', () => {
  it('returns every cluster, the last one first, and tells it in the journal', async () => {
    const { undo, fleet, told, env, rolloutId } = await rolledOut();
    const verdict = await undo();
    expect(verdict).toMatchObject({ state: 'done', planned: 8, counts: { ok: 8 } });
    for (const node of fleet.nodes.values()) expect(node.undone).toEqual(['hold']);
    expect(told[0]?.cluster).toBe('c4');
    const { records, sealed } = await readRun(env.stateDir, rolloutId);
    expect(sealed).toBe(true);
    // What the rollout did is still known beside its undo.
    expect(RolloutMemory.of(records)).toMatchObject({ undoBegun: true, verdict: { state: 'done' } });
    await expect(resumeRollout(rolloutId, env)).rejects.toThrow('nothing to resume');
  });

  it('of some clusters leaves the rest to a resume; of each of them, one after the other, it is that of the whole', async () => {
    let broken = true;
    const kit = kitOfClusters(4);
    const { transport } = fakeFleet((_, __, node) => (broken && node === 'c3-n1' ? 'fails' : 'ok'));
    const { env } = rolloutEnv(kit, withApiServers(transport));
    const { rollout, planOf } = rolloutFor(kit);
    const { rolloutId } = await executeRollout(rollout, planOf, env);
    const undo = (cluster: string) => {
      const undos = [{ cluster, targets: 2, choice: {} }];
      return undoRollout(rolloutId, env, undoPlan(rollout, undos, REQUEST), undos, { some: true });
    };
    await undo('c1');
    broken = false;
    const resumed = await resumeRollout(rolloutId, env, { maxFailed: 2 });
    expect(resumed.clusters.map(({ cluster, state }) => [cluster, state])).toEqual([
      ['c1', 'failed'],
      ['c2', 'ok'],
      ['c3', 'failed'],
      ['c4', 'ok'],
    ]);
    for (const cluster of ['c2', 'c3', 'c4']) await undo(cluster);
    await expect(resumeRollout(rolloutId, env)).rejects.toThrow('it was undone');
  });

  it('undoes nothing twice', async () => {
    const { undo, fleet } = await rolledOut();
    await undo(['c1', 'c4']);
    await undo();
    for (const node of fleet.nodes.values()) expect(node.undone).toEqual(['hold']);
  });

  it('stops after a failed canary, and begins again where it stopped', async () => {
    let broken = true;
    const { undo, fleet, rolloutId } = await rolledOut((node) =>
      broken && node === 'c4-n1' ? 'unreachable' : 'ok',
    );
    const verdict = await undo();
    expect(verdict).toMatchObject({
      state: 'guard',
      why: 'the canary c4 failed',
      next: `fireaxe undo ${rolloutId}`,
    });
    expect([...fleet.nodes].filter(([, node]) => node.undone.length > 0).map(([name]) => name)).toEqual([
      'c4-n2',
    ]);
    broken = false;
    expect((await undo()).state).toBe('done');
    for (const node of fleet.nodes.values()) expect(node.undone).toEqual(['hold']);
  });

  it('begins nothing once it is interrupted, and says what to type', async () => {
    const { undo, rolloutId } = await rolledOut();
    const stop = new AbortController();
    stop.abort();
    const verdict = await undo(undefined, { stop: stop.signal });
    expect(verdict).toMatchObject({ state: 'interrupted', next: `fireaxe undo ${rolloutId}` });
    expect(verdict.counts['not-attempted']).toBe(8);
  });
});
