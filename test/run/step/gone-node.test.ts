import { expect, it } from 'vitest';
import { execute } from '../../../src/run/execute.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

/** A run on four nodes, one of which has left the fleet since: a machine that was replaced. */
async function ranAndLost(fate: (op: string, node: string) => Fate) {
  const kit = kitOf(4);
  const fleet = fakeFleet((op, _step, node) => fate(op, node));
  const env = envFor(kit, fleet.transport);
  await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
  kit.clusters.c!.fleet.nodes = kit.clusters.c!.fleet.nodes.filter((n) => n.name !== 'n2');
  return { env, fleet };
}

it('does not keep the others from being undone', async () => {
  const { env, fleet } = await ranAndLost(() => 'ok');
  const verdict = await undoRun('last', env);
  expect(verdict).toMatchObject({ state: 'failed', planned: 4, counts: { ok: 3, unreachable: 1 } });
  expect([...fleet.nodes].filter(([, node]) => node.undone.length > 0).map(([name]) => name)).toEqual([
    'n1',
    'n3',
    'n4',
  ]);
  expect(env.events).toContainEqual(
    expect.objectContaining({
      kind: 'outcome',
      op: 'undo',
      outcome: expect.objectContaining({
        target: 'n2',
        reason: expect.objectContaining({ code: 'not-in-fleet' }),
      }),
    }),
  );
});

it('does not keep the others from being resumed', async () => {
  let up = false;
  const { env } = await ranAndLost(() => (up ? 'ok' : 'unreachable'));
  up = true;
  const verdict = await resumeRun('last', env);
  expect(verdict).toMatchObject({ counts: { ok: 3, unreachable: 1 } });
});
