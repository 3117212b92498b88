import { expect, it } from 'vitest';
import { planActionStep } from '../../src/plan/draft.ts';
import { execute } from '../../src/run/execute.ts';
import { listRuns } from '../../src/run/journal/store.ts';
import { envFor, fakeFleet, kitOf } from './fake-fleet.ts';
import { holdStep, planOf } from './plans.ts';

function shrinkPlan(targets: number, floor: string) {
  const kit = kitOf(10);
  kit.policy.floors = { worker: floor };
  const cluster = kit.clusters.c!;
  const request = { kit, cluster, reason: 'test', now: new Date(), overrides: {} };
  const names = cluster.fleet.nodes.slice(0, targets).map((n) => n.name);
  const step = planActionStep(
    { id: 'shrink', action: 'shrink', params: {}, targets: names, place: 'test' },
    request,
  );
  return { kit, plan: planOf(kit, [{ name: 'a', steps: [step] }]) };
}

it('a floor is kept to the node', async () => {
  for (const [targets, floor, refused] of [
    [5, '5', false],
    [6, '5', true],
    [5, '50%', false],
    [6, '50%', true],
    [1, '100%', true],
  ] as const) {
    const { kit, plan } = shrinkPlan(targets, floor);
    const fleet = fakeFleet();
    const env = envFor(kit, fleet.transport);
    const run = execute(plan, env);
    if (refused) {
      await expect(run).rejects.toMatchObject({
        kind: 'guard',
        message: expect.stringContaining(`${10 - targets} of 10 worker`),
      });
      expect(fleet.nodes.size).toBe(0);
      expect(await listRuns(env.stateDir, expect.unreachable)).toEqual([]);
    } else expect((await run).state).toBe('done');
  }
});

it('an action that takes no node out has no floor', async () => {
  const kit = kitOf(3);
  kit.policy.floors = { worker: '100%' };
  expect(
    (
      await execute(
        planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]),
        envFor(kit, fakeFleet().transport),
      )
    ).state,
  ).toBe('done');
});
