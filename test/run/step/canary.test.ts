import { describe, expect, it } from 'vitest';
import { planActionStep } from '../../../src/plan/draft.ts';
import { execute } from '../../../src/run/execute.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { planOf } from '../plans.ts';

/** Ten nodes, two of them the canary, a budget that would bear them all. */
function tried(fate: (node: string, op: string) => Fate, canary = '2') {
  const kit = kitOf(10);
  const targets = kit.clusters.c!.fleet.nodes.map((n) => n.name);
  const request = { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} };
  const draft = {
    id: 'one',
    action: 'stop',
    params: { process: 'agent' },
    place: 'test',
    maxFailures: '100%',
  };
  const step = planActionStep({ ...draft, targets, canary, wave: '50%' }, request);
  const waves: number[] = [];
  const told: string[] = [];
  const fleet = fakeFleet((op, _step, node) => fate(node, op));
  const env = () =>
    envFor(kit, fleet.transport, {
      onEvent(e) {
        if (e.kind !== 'wave') return;
        waves.push(e.size);
        told.push(`${e.wave} of ${e.of}`);
      },
    });
  const plan = planOf(kit, [{ name: 'a', steps: [step] }]);
  return { env: env(), plan, waves, told, step, fleet };
}

describe('a canary', () => {
  it('launches the others when it succeeds, with any budget', async () => {
    const { env, plan, waves, step } = tried(() => 'ok');
    expect(step).toMatchObject({ canary: true, waves: [2, 5, 3] });
    expect(await execute(plan, env)).toMatchObject({ state: 'done', counts: { ok: 10 } });
    expect(waves).toEqual([2, 5, 3]);
  });

  it.each(['fails', 'lost-after'] as const)('that %s stops all of them, also for a resume', async (end) => {
    const { env, plan, waves } = tried((node) => (node === 'n2' ? end : 'ok'));
    const verdict = await execute(plan, env);
    expect(verdict).toMatchObject({ state: 'guard', counts: { 'not-attempted': 8 } });
    expect(verdict.workstreams[0]!.why).toContain('canary');
    expect(waves).toEqual([2]);
    // What failed stays so; what was lost may be told by its receipt.
    expect(verdict.next).toContain(end === 'fails' ? 'fireaxe timeline ' : 'fireaxe resume ');
    if (end === 'fails') expect(await resumeRun('last', env)).toMatchObject({ state: 'guard' });
    expect(waves).toEqual([2]);
  });

  it('that was not reached is replaced by the next targets', async () => {
    const gone = ['n1', 'n2', 'n3', 'n4'];
    const dead = tried((node) => (gone.includes(node) ? 'unreachable' : 'ok'));
    expect(await execute(dead.plan, dead.env)).toMatchObject({ counts: { ok: 6, unreachable: 4 } });
    expect(dead.waves).toEqual([2, 2, 2, 4]);
    expect(dead.told).toEqual(['1 of 3', '2 of 4', '3 of 5', '4 of 5']);
    const bad = tried((node) => (gone.includes(node) ? 'unreachable' : node === 'n6' ? 'fails' : 'ok'));
    expect(await execute(bad.plan, bad.env)).toMatchObject({
      state: 'guard',
      counts: { 'not-attempted': 4 },
    });
    expect(bad.waves).toEqual([2, 2, 2]);
  });

  it('that is slow is tried again beside the next ones: they are the canary, and what they tell counts', async () => {
    const slow = ['n1', 'n2'];
    const bad = tried((node) => (slow.includes(node) ? 'slow' : node === 'n4' ? 'fails' : 'ok'));
    expect(await execute(bad.plan, bad.env)).toMatchObject({
      state: 'guard',
      counts: { failed: 1, unreachable: 2, 'not-attempted': 6 },
    });
    expect(bad.waves).toEqual([2, 2]);
  });

  it('of size 0 does not stop anything', () => {
    expect(tried(() => 'ok', '0').step.canary).toBeUndefined();
  });

  it('with nobody to be reached at all ends', async () => {
    const { env, plan } = tried(() => 'unreachable');
    expect(await execute(plan, env)).toMatchObject({ counts: { unreachable: 10 } });
  });
});
