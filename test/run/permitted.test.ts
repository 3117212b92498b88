import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/fleet/types.ts';
import { planActionStep } from '../../src/plan/draft.ts';
import { timeline } from '../../src/report/timeline.ts';
import { checkPlan } from '../../src/run/check.ts';
import { execute } from '../../src/run/execute.ts';
import { listRuns, readRun } from '../../src/run/journal/store.ts';
import { resumeRun } from '../../src/run/resume.ts';
import { undoRun } from '../../src/run/undo/undo.ts';
import { envFor, fakeFleet, kitOf } from './fake-fleet.ts';
import { planOf } from './plans.ts';

/** Sixty workers and a control plane on a cluster that allows drills. */
function floodKit() {
  const kit = kitOf(61);
  const cluster = kit.clusters.c!;
  cluster.drills = 'allowed';
  cluster.fleet.nodes[60]!.roles = ['control-plane'];
  const names = cluster.fleet.nodes.map(({ name }) => name);
  const flood = (id: string, targets: string[]) =>
    planActionStep(
      { id, action: 'drill-flood', params: {}, targets, place: 'test', maxFailures: '100%' },
      { kit, cluster, reason: 'test', now: new Date(), overrides: {} },
    );
  return { kit, names, flood };
}

describe('what an action permits, when a plan runs', () => {
  const { kit, names, flood } = floodKit();
  const one = (targets: string[], edited = targets) =>
    planOf(kit, [{ name: 'a', steps: [{ ...flood('one', targets), targets: edited }] }]);

  it.each([
    [
      'several steps that pass the ceiling together',
      planOf(kit, [
        { name: 'a', steps: [flood('one', names.slice(0, 30))] },
        { name: 'b', steps: [flood('two', names.slice(30, 60))] },
      ]),
      /a flood from 60 nodes/,
    ],
    ['a plan edited to other nodes', one(['n1'], ['n61']), /a flood from n61, which is control-plane/],
    ['a plan edited to more nodes', one(['n1'], names.slice(0, 60)), /a flood from 60 nodes/],
  ])('refuses %s before anything is sent', async (_, plan, why) => {
    const fleet = fakeFleet();
    const env = envFor(kit, fleet.transport);
    await expect(execute(plan, env)).rejects.toThrow(why);
    await expect(checkPlan(plan, env)).rejects.toThrow(why);
    expect(fleet.nodes.size).toBe(0);
    expect(await listRuns(env.stateDir, expect.unreachable)).toEqual([]);
  });

  it('refuses a cluster that no longer allows drills', async () => {
    const other = floodKit();
    const plan = planOf(other.kit, [{ name: 'a', steps: [other.flood('one', ['n1'])] }]);
    delete other.kit.clusters.c!.drills;
    await expect(execute(plan, envFor(other.kit, fakeFleet().transport))).rejects.toThrow(
      'drills are not allowed on c',
    );
  });

  it('counts a node of several steps once', async () => {
    const steps = [flood('one', names.slice(0, 30)), flood('two', names.slice(0, 30))];
    const env = envFor(kit, fakeFleet().transport);
    expect((await execute(planOf(kit, [{ name: 'a', steps }]), env)).state).toBe('done');
  });

  it('refuses a node without a role', () => {
    const bare = floodKit();
    bare.kit.clusters.c!.fleet.nodes[0]!.roles = [] as Role[];
    expect(() => bare.flood('one', ['n1'])).toThrow('a flood from n1, which is of no role');
  });
});

it('a flood is undone, never resumed: nobody would watch it', async () => {
  const { kit, flood } = floodKit();
  const lost = fakeFleet((op) => (op === 'apply' ? 'lost-before' : 'unreachable'));
  const env = envFor(kit, lost.transport);
  const verdict = await execute(planOf(kit, [{ name: 'a', steps: [flood('one', ['n1'])] }]), env);
  const next = `fireaxe undo ${verdict.runId}`;
  expect(verdict).toMatchObject({ counts: { unknown: 1 }, next });
  const { records } = await readRun(env.stateDir, 'last');
  expect(
    timeline(
      verdict.runId,
      records.filter(({ kind }) => kind !== 'end'),
    ).next,
  ).toBe(next);

  const fleet = fakeFleet();
  const again = { ...env, transport: async () => fleet.transport };
  await expect(resumeRun('last', again)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('only fireaxe drill watches what it does'),
    next,
  });
  expect(fleet.nodes.size).toBe(0);
  await undoRun('last', again);
  expect((await readRun(env.stateDir, 'last')).records.some(({ kind }) => kind === 'undone')).toBe(true);
});
