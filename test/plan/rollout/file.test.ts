import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolloutFile, readRolloutFile, writeRolloutFile } from '../../../src/plan/rollout/file.ts';
import { rolloutHash } from '../../../src/plan/rollout/seal.ts';
import { planHash } from '../../../src/plan/seal.ts';
import { kitOfClusters, planFor, rolloutOf } from '../../rollout/fake-clusters.ts';

let dir = '';
let path = '';
let made: RolloutFile;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fireaxe-rollout-file-'));
  path = join(dir, 'saved.plan');
  const kit = kitOfClusters(2);
  const plans = ['c1', 'c2'].map((name) => planFor(kit, name));
  const clusters = plans.map(({ cluster, hash }) => ({ name: cluster, plan: hash, nodes: 2, targets: 2 }));
  made = { rollout: rolloutOf(clusters), plans };
  await writeRolloutFile(path, made);
});
afterAll(() => rmSync(dir, { recursive: true }));

const set = (object: object, members: object) => Object.assign(object, members);

const forged = async (change: (file: RolloutFile) => unknown) => {
  const file = JSON.parse(readFileSync(path, 'utf8')) as RolloutFile;
  change(file);
  for (const plan of file.plans) plan.hash = planHash(plan);
  file.rollout.hash = rolloutHash(file.rollout);
  const other = join(dir, 'forged.plan');
  writeFileSync(other, `${JSON.stringify(file, null, 2)}\n`);
  return readRolloutFile(other).catch((error: Error) => error.message);
};

describe('a rollout in a file', () => {
  it('is read as it was written', async () => {
    expect(await readRolloutFile(path)).toEqual(JSON.parse(JSON.stringify(made)));
  });

  it('is not the plan of one cluster', async () => {
    const plan = join(dir, 'one.plan');
    writeFileSync(plan, `${JSON.stringify(made.plans[0], null, 2)}\n`);
    expect(await readRolloutFile(plan)).toBeUndefined();
  });

  const changed = 'the rollout was changed after it was made';
  it.each<[string, (file: RolloutFile) => unknown, string]>([
    ['a name that leads elsewhere', ({ rollout }) => set(rollout, { name: '../../evil' }), changed],
    ['a title that says another thing', ({ rollout }) => set(rollout, { title: 'harmless' }), changed],
    ['fewer nodes than its plans have', ({ rollout }) => set(rollout.clusters[0]!, { nodes: 1 }), changed],
    ['a plan of another cluster', ({ plans }) => plans.reverse(), changed],
    ['a plan that is not its own', ({ plans }) => set(plans[1]!, { reason: 'another' }), changed],
    ['a plan too few', ({ plans }) => plans.pop(), changed],
    ['a cluster twice', ({ rollout }) => set(rollout.clusters[1]!, { name: 'c1' }), 'clusters is wrong'],
    ['waves that do not add up', ({ rollout }) => rollout.waves.pop(), 'waves is wrong'],
    ['an unknown gate', ({ rollout }) => set(rollout, { gate: 'sure' }), 'gate is wrong'],
    [
      'a need that comes later',
      ({ rollout }) => set(rollout.clusters[0]!, { needs: ['c2'] }),
      'needs is wrong',
    ],
    ['a later schema', ({ rollout }) => set(rollout, { rollout: 2 }), 'another version of Fireaxe'],
  ])('is refused with %s, also with hashes that fit', async (_, change, why) => {
    expect(await forged(change)).toContain(why);
  });
});
