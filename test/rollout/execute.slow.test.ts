import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planHash } from '../../src/plan/seal.ts';
import type { Plan } from '../../src/plan/types.ts';
import { executeRollout, resumeRollout } from '../../src/rollout/execute.ts';
import { readRun } from '../../src/run/journal/store.ts';
import { undoRun } from '../../src/run/undo/undo.ts';
import { type Fate, fakeFleet } from '../run/fake-fleet.ts';
import { kitOfClusters, rolloutEnv, rolloutFor, rolloutOf, withApiServers } from './fake-clusters.ts';

const total = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
const statesOf = ({ clusters }: { clusters: { cluster: string; state: string }[] }) =>
  Object.fromEntries(clusters.map(({ cluster, state }) => [cluster, state]));

/** A rollout over four clusters, one a wave unless the pace says otherwise. */
function fourClusters(fate: (node: string) => Fate, pace = {}, ready?: (node: string) => boolean) {
  const kit = kitOfClusters(4);
  const fleet = fakeFleet((op, _, node) => (op === 'apply' ? fate(node) : 'ok'));
  const { env, told } = rolloutEnv(kit, withApiServers(fleet.transport, ready));
  return { ...rolloutFor(kit, pace), fleet, env, told, kit };
}

describe('executeRollout', () => {
  it('runs each cluster as a run of its own, one wave after the other, and counts all targets', async () => {
    const { rollout, planOf, env, fleet, told } = fourClusters(() => 'ok', { waves: [1, 3], canary: true });
    const verdict = await executeRollout(rollout, planOf, env);
    expect(verdict.state).toBe('done');
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'ok', c3: 'ok', c4: 'ok' });
    expect([verdict.planned, verdict.counts.ok]).toEqual([8, 8]);
    for (const node of fleet.nodes.values()) expect([...node.ran.values()]).toEqual([1]);
    const first = told.findIndex(({ cluster }) => cluster !== 'c1');
    expect(told.slice(0, first).at(-1)?.event.kind).toBe('end');
    // A run of a cluster can be read alone.
    const run = await readRun(env.stateDir, `${verdict.rolloutId}.c3`);
    expect(run.records.at(-1)).toMatchObject({ kind: 'end', verdict: { state: 'done' } });
    expect((await readRun(env.stateDir, 'last')).runId).toBe(verdict.rolloutId);
    expect((await readRun(env.stateDir, 'last')).sealed).toBe(true);
  });

  it('does not begin the next wave after a cluster that failed', async () => {
    const { rollout, planOf, env, fleet } = fourClusters((node) => (node === 'c2-n1' ? 'fails' : 'ok'));
    const verdict = await executeRollout(rollout, planOf, env);
    expect(verdict).toMatchObject({ state: 'guard', why: '1 failed cluster, 0 allowed' });
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'failed', c3: 'not-attempted', c4: 'not-attempted' });
    expect([...fleet.nodes.keys()].sort()).toEqual(['c1-n1', 'c1-n2', 'c2-n1']);
    expect(total(verdict.counts)).toBe(verdict.planned);
  });

  it('goes on after as many failed clusters as are allowed, and is partial then', async () => {
    const { rollout, planOf, env } = fourClusters((node) => (node === 'c2-n1' ? 'fails' : 'ok'), {
      maxFailed: 1,
    });
    const verdict = await executeRollout(rollout, planOf, env);
    expect(verdict.state).toBe('partial');
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'failed', c3: 'ok', c4: 'ok' });
    expect(total(verdict.counts)).toBe(8);
  });

  it('lets one cluster that cannot even begin cost the others nothing', async () => {
    const { rollout, planOf, env, kit } = fourClusters(() => 'ok', { maxFailed: 1, waves: [4] });
    const broken = new Error('the key of c3 is gone');
    Object.defineProperty(kit.clusters, 'c3', {
      get() {
        throw broken;
      },
      enumerable: true,
    });
    const verdict = await executeRollout(rollout, planOf, env);
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'ok', c3: 'failed', c4: 'ok' });
    expect(verdict.clusters[2]?.why).toBe('the key of c3 is gone');
    expect(total(verdict.counts)).toBe(8);
  });

  it('fails a cluster of which fewer API servers answer after its run than before', async () => {
    const broken = new Set<string>();
    const { rollout, planOf, env } = fourClusters(
      (node) => {
        if (node === 'c2-n2') broken.add('c2-cp');
        return 'ok';
      },
      {},
      (node) => !broken.has(node),
    );
    let clock = 0;
    const sleep = async (ms: number) => {
      clock += ms;
    };
    const verdict = await executeRollout(rollout, planOf, { ...env, elapsed: () => clock, sleep });
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'failed', c3: 'not-attempted', c4: 'not-attempted' });
    expect(verdict.clusters[1]?.why).toContain('the gate did not open: 0/1 API servers ready (1 needed)');
    expect(clock).toBe(120_000);
  });

  it('does not wait for API servers that did not answer before either', async () => {
    const { rollout, planOf, env } = fourClusters(
      () => 'ok',
      { soakMs: 7_000 },
      () => false,
    );
    const slept: number[] = [];
    const verdict = await executeRollout(rollout, planOf, {
      ...env,
      sleep: async (ms) => void slept.push(ms),
    });
    expect(verdict.state).toBe('done');
    // No wave follows the last one.
    expect(slept.filter((ms) => ms > 0)).toEqual([7_000, 7_000, 7_000]);
  });

  it('begins nothing more when interrupted, and resumes where it stopped', async () => {
    const stop = new AbortController();
    const { rollout, planOf, env, fleet } = fourClusters((node) => {
      if (node === 'c2-n1') stop.abort();
      return 'ok';
    });
    const verdict = await executeRollout(rollout, planOf, { ...env, stop: stop.signal });
    expect(verdict.state).toBe('interrupted');
    expect(statesOf(verdict)).toMatchObject({ c1: 'ok', c3: 'not-attempted', c4: 'not-attempted' });
    expect(verdict.next).toBe(`fireaxe resume ${verdict.rolloutId}`);
    const resumed = await resumeRollout(verdict.rolloutId, env);
    expect(resumed.state).toBe('done');
    for (const node of fleet.nodes.values()) expect([...node.ran.values(), node.doubled]).toEqual([1, 0]);
    await expect(resumeRollout(verdict.rolloutId, env)).rejects.toThrow('nothing to resume');
  });

  it('a resume passes a failed canary only if more failed clusters are allowed', async () => {
    const { rollout, planOf, env } = fourClusters((node) => (node === 'c1-n1' ? 'fails' : 'ok'), {
      waves: [1, 3],
      canary: true,
    });
    const { rolloutId } = await executeRollout(rollout, planOf, env);
    const again = await resumeRollout(rolloutId, env);
    expect(again).toMatchObject({ state: 'guard', why: 'the canary c1 failed' });
    expect(statesOf(again)).toMatchObject({ c1: 'failed', c2: 'not-attempted' });
    const passed = await resumeRollout(rolloutId, env, { maxFailed: 1 });
    expect(passed.state).toBe('partial');
    expect(statesOf(passed)).toEqual({ c1: 'failed', c2: 'ok', c3: 'ok', c4: 'ok' });
  });

  it('remembers in later resumes how many failed clusters are allowed', async () => {
    const stop = new AbortController();
    const { rollout, planOf, env } = fourClusters((node) => (node === 'c1-n1' ? 'fails' : 'ok'), {
      waves: [1, 3],
      canary: true,
    });
    const { rolloutId } = await executeRollout(rollout, planOf, env);
    stop.abort();
    await resumeRollout(rolloutId, { ...env, stop: stop.signal }, { maxFailed: 1 });
    const again = await resumeRollout(rolloutId, env);
    expect(statesOf(again)).toEqual({ c1: 'failed', c2: 'ok', c3: 'ok', c4: 'ok' });
  });

  it('leaves no folder where the plans cannot be written', async () => {
    const { rollout, env } = fourClusters(() => 'ok');
    const lost = async () => {
      throw new Error('no room');
    };
    await expect(executeRollout(rollout, lost, env)).rejects.toThrow('no room');
    expect(readdirSync(env.stateDir)).toEqual([]);
  });

  it('a resume does not go on past a cluster that was undone meanwhile', async () => {
    const { rollout, planOf, env } = fourClusters((node) => (node === 'c2-n1' ? 'fails' : 'ok'));
    const { rolloutId } = await executeRollout(rollout, planOf, env);
    await undoRun(`${rolloutId}.c1`, env);
    const again = await resumeRollout(rolloutId, env, { maxFailed: 1 });
    expect(again.clusters[0]).toMatchObject({ state: 'failed', why: 'its run was undone' });
    expect(again.clusters[0]).not.toHaveProperty('prev');
    expect(again.state).toBe('guard');
    const { intact, problem } = await readRun(env.stateDir, rolloutId);
    expect(intact, problem).toBe(true);
  });

  it('refuses a plan beside the journal that is not the one of the rollout', async () => {
    const stop = new AbortController();
    const { rollout, planOf, env, kit } = fourClusters(() => {
      stop.abort();
      return 'ok';
    });
    const { rolloutId } = await executeRollout(rollout, planOf, { ...env, stop: stop.signal });
    const other = rolloutFor(kit).planOf;
    const text = `${JSON.stringify({ ...(await other('c3')), reason: 'another' }, null, 2)}\n`;
    writeFileSync(join(env.stateDir, rolloutId, 'plans', 'c3.plan'), text);
    const verdict = await resumeRollout(rolloutId, env);
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'ok', c3: 'failed', c4: 'not-attempted' });
    expect(verdict.clusters[2]?.why).toContain('the plan was changed after it was made');
  });

  it('does not begin a cluster after a resume with other node scripts than those of its plan', async () => {
    const stop = new AbortController();
    const { env, kit, fleet } = fourClusters((node) => {
      if (node === 'c1-n1') stop.abort();
      return 'ok';
    });
    const older = (plan: Plan): Plan => {
      const other = { ...plan, scripts: { ...plan.scripts, stop: 'another digest' } };
      return { ...other, hash: planHash(other) };
    };
    const made = rolloutFor(kit);
    const c3 = older(await made.planOf('c3'));
    const clusters = made.rollout.clusters.map((one) =>
      one.name === 'c3' ? { ...one, plan: c3.hash } : one,
    );
    const rollout = rolloutOf(clusters, { maxFailed: 1 });
    const planOf = async (name: string) => (name === 'c3' ? c3 : made.planOf(name));
    const { rolloutId } = await executeRollout(rollout, planOf, { ...env, stop: stop.signal });
    const verdict = await resumeRollout(rolloutId, env);
    expect(statesOf(verdict)).toEqual({ c1: 'ok', c2: 'ok', c3: 'failed', c4: 'ok' });
    expect(verdict.clusters[2]?.why).toContain('changed since planning');
    expect([...fleet.nodes.keys()].filter((name) => name.startsWith('c3'))).toEqual([]);
  });
});
