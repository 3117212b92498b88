import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { planLines } from '../../src/cli/format/plan.ts';
import { readPlanFile } from '../../src/plan/file.ts';
import { planHash } from '../../src/plan/seal.ts';
import { assertFresh } from '../../src/plan/stale.ts';
import type { Plan } from '../../src/plan/types.ts';
import { kitOf } from '../run/fake-fleet.ts';
import { holdStep, planOf } from '../run/plans.ts';

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-hostile-plan-'));
afterAll(() => rmSync(dir, { recursive: true }));

const kit = kitOf(3);
const gate = { answering: '1', holdsMs: 1000, withinMs: 5000, everyMs: 500 };
const plan = planOf(kit, [
  {
    name: 'a',
    steps: [
      { ...holdStep(kit, 'one'), gate },
      { kind: 'gate', id: 'g', title: 'g', gate },
      { kind: 'ask', id: 'q', title: 'q', text: 'Go on?', withinMs: 1000 },
    ],
  },
  { name: 'b', steps: [{ kind: 'undo', id: 'u', title: 'u', steps: ['one'] }] },
]);

/** Every place in the plan, as a path. */
function paths(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))];
}

function changedAt(path: string[], to: unknown): Plan {
  const copy = structuredClone({ plan }) as Record<string, unknown>;
  const whole = ['plan', ...path];
  let at = copy;
  for (const key of whole.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[whole.at(-1)!] = to;
  return copy.plan as Plan;
}

it('answers any change of a plan whose hash was recomputed with a clear refusal, or takes it', async () => {
  const file = join(dir, 'hostile.plan');
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>({ toString: 1 }, [[]], -1, 1e308, undefined),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths(plan)), value, async (path, to) => {
      const changed = changedAt(path, to);
      const sealed =
        typeof changed === 'object' && changed ? { ...changed, hash: planHash(changed) } : changed;
      writeFileSync(file, `${JSON.stringify(sealed, null, 2)}\n`);
      try {
        const read = await readPlanFile(file);
        assertFresh(read, { kit, now: new Date(plan.createdAt), place: file });
        planLines(read);
      } catch (error) {
        expect(error).toMatchObject({ kind: expect.stringMatching(/^(stale|usage)$/) });
      }
    }),
    { numRuns: 2000, seed: 20_261_129 },
  );
});

it('refuses a plan that is nested without end', async () => {
  const file = join(dir, 'deep.plan');
  writeFileSync(
    file,
    JSON.stringify(plan).replace('"params":{', `"params":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)},`),
  );
  await expect(readPlanFile(file)).rejects.toMatchObject({ kind: expect.stringMatching(/^(stale|usage)$/) });
});
