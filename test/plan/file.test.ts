import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlanFile, writePlanFile } from '../../src/plan/file.ts';
import { planHash } from '../../src/plan/seal.ts';
import { assertFresh } from '../../src/plan/stale.ts';
import { kitOf } from '../run/fake-fleet.ts';
import { holdStep, planOf } from '../run/plans.ts';

function planned() {
  const kit = kitOf(3);
  const plan = planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]);
  return { kit, plan, path: join(mkdtempSync(join(tmpdir(), 'fireaxe-plan-')), 'plan.json') };
}

describe('promise 2: what runs is the plan that was shown, or nothing', () => {
  it('reads back what was written', async () => {
    const { plan, path } = planned();
    await writePlanFile(path, plan);
    expect(await readPlanFile(path)).toEqual(plan);
  });

  it('refuses a change of any one byte', async () => {
    const { plan, path } = planned();
    await writePlanFile(path, plan);
    const whole = readFileSync(path);
    for (let i = 0; i < whole.length; i += 1) {
      const changed = Buffer.from(whole);
      changed[i] = changed[i]! ^ 1;
      writeFileSync(path, changed);
      await expect(readPlanFile(path)).rejects.toMatchObject({
        kind: expect.stringMatching(/^(stale|usage)$/),
      });
    }
  });

  it.each(['{}', '[]', 'null', '7', '', '{"schemaVersion":1,"workstreams":[],"hash":7}'])(
    'refuses %j',
    async (text) => {
      const { path } = planned();
      writeFileSync(path, text);
      await expect(readPlanFile(path)).rejects.toMatchObject({ kind: 'usage', place: path });
    },
  );
});

it('refuses a plan of schema 1, and says how to make a new one', async () => {
  const { plan, path } = planned();
  const { hash: _, ...old } = { ...plan, schemaVersion: 1 };
  writeFileSync(path, `${JSON.stringify({ ...old, hash: planHash(old as typeof plan) }, null, 2)}\n`);
  await expect(readPlanFile(path)).rejects.toMatchObject({
    kind: 'stale',
    message: 'the plan was made by another version of Fireaxe: schema 1, this one reads 2',
    next: 'make a new plan and review it: fireaxe plan … --save FILE',
  });
});

describe('a stale plan', () => {
  const fresh = () => {
    const { kit, plan } = planned();
    return { kit, plan, at: { kit, now: new Date(plan.createdAt), place: 'plan.json' } };
  };

  it('passes at once', () => {
    const { plan, at } = fresh();
    assertFresh(plan, at);
  });
  it('is too old', () => {
    const { plan, at } = fresh();
    const later = new Date(at.now.getTime() + at.kit.policy.planMaxAgeMs + 1);
    expect(() => assertFresh(plan, { ...at, now: later })).toThrowError(
      expect.objectContaining({ kind: 'stale' }),
    );
  });
  it('is of another version', () => {
    const { plan, at } = fresh();
    expect(() => assertFresh({ ...plan, version: '0.0.9' }, at)).toThrowError(
      expect.objectContaining({ kind: 'stale' }),
    );
  });
  it('is of another fleet', () => {
    const { plan, at } = fresh();
    at.kit.clusters.c!.fleet.nodes[0]!.address = '10.9.9.9';
    expect(() => assertFresh(plan, at)).toThrowError(
      expect.objectContaining({ message: expect.stringContaining('fleet') }),
    );
  });
  it('has other scripts', () => {
    const { plan, at } = fresh();
    expect(() => assertFresh({ ...plan, scripts: { stop: 'x' } }, at)).toThrowError(
      expect.objectContaining({ message: expect.stringContaining('stop') }),
    );
  });
  it('says other than it does', () => {
    const { plan, at } = fresh();
    for (const step of plan.workstreams[0]!.steps) if (step.kind === 'action') step.danger = 'read';
    expect(() => assertFresh(plan, at)).toThrowError(
      expect.objectContaining({ kind: 'stale', message: expect.stringContaining('contradicts its actions') }),
    );
  });
});
