import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/run/execute.ts';
import { orderPath } from '../../../src/run/journal/run-order.ts';
import { listRuns, readRun, resolveRunId } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

const MINUTE = 60_000;
const kit = kitOf(1);
const plan = planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]);

/** Runs that began one after the other, each by a clock that is so many minutes off. */
async function begun(...minutesOff: number[]) {
  const env = envFor(kit, fakeFleet().transport);
  const runIds: string[] = [];
  for (const off of minutesOff) {
    const now = () => new Date(Date.now() + off * MINUTE);
    runIds.push((await execute(plan, { ...env, now })).runId);
  }
  return { env, runIds };
}

const listed = async (stateDir: string) => (await listRuns(stateDir, expect.unreachable)).map((r) => r.runId);

describe('the last run is the one that began last', () => {
  it.each([
    ['the clock was ahead at first', [12, 0]],
    ['the clock is behind now', [0, -12]],
    ['the clock stepped both ways', [3, -700, 90, 5]],
  ])('%s', async (_what, minutesOff) => {
    const { env, runIds } = await begun(...minutesOff);
    const last = runIds.at(-1)!;
    expect((await readRun(env.stateDir, 'last')).runId).toBe(last);
    expect(await listed(env.stateDir)).toEqual(runIds.toReversed());
    expect(await undoRun('last', env)).toMatchObject({ runId: last });
    await expect(resumeRun('last', env)).rejects.toMatchObject({ message: expect.stringContaining(last) });
  });

  it('also after the run before it was deleted, and where runs of elsewhere were put beside it', async () => {
    const { env, runIds } = await begun(12, 0, -12);
    rmSync(join(env.stateDir, runIds[1]!), { recursive: true });
    const further = await begun(-60, 60);
    for (const runId of further.runIds)
      cpSync(join(further.env.stateDir, runId), join(env.stateDir, runId), { recursive: true });
    expect((await listed(env.stateDir))[0]).toBe(runIds[2]);
    const { runId: next } = await execute(plan, env);
    expect(await resolveRunId(env.stateDir, 'last')).toBe(next);
  });

  it('is not guessed where two began at once, as on two hosts: both are named', async () => {
    const { env, runIds } = await begun(0, 0);
    writeFileSync(orderPath(env.stateDir, runIds[0]!), '2\n');
    await expect(readRun(env.stateDir, 'last')).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(`${runIds[0]}.*${runIds[1]}`),
      next: 'name the run instead of last: fireaxe runs',
    });
    expect((await readRun(env.stateDir, runIds[0]!)).runId).toBe(runIds[0]);
  });

  it('goes by the names among runs of an earlier Fireaxe, and is not guessed where those speak against the order', async () => {
    const { env, runIds } = await begun(10, 20, 5);
    const earlier = (runId: string) => rmSync(orderPath(env.stateDir, runId));
    earlier(runIds[0]!);
    await expect(readRun(env.stateDir, 'last')).rejects.toMatchObject({
      message: expect.stringMatching(`${runIds[0]}.*${runIds[2]}`),
      expected: expect.stringContaining('a clock was set back'),
    });
    earlier(runIds[1]!);
    earlier(runIds[2]!);
    expect((await readRun(env.stateDir, 'last')).runId).toBe(runIds[1]);
  });

  it.each(['', '-1', '1e99', '99999999999999999999', 'x'])('ignores an order file of %j', async (text) => {
    const { env, runIds } = await begun(0, 0);
    writeFileSync(orderPath(env.stateDir, runIds[0]!), text);
    expect((await readRun(env.stateDir, 'last')).runId).toBe(runIds[1]);
    const { runId } = await execute(plan, env);
    expect((await readRun(env.stateDir, 'last')).runId).toBe(runId);
  });
});

it('a beginning that two runs share is refused with both named, whichever began last', async () => {
  const { env, runIds } = await begun(0, 0);
  const shared = runIds[0]!.slice(0, 9);
  const refused = await readRun(env.stateDir, shared).catch((error) => error);
  expect(refused.message).toBe(`2 runs begin with ${shared}`);
  for (const runId of runIds) expect(refused.expected).toContain(runId);
});
