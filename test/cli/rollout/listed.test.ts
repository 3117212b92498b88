import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { InProcess } from '../in-process.ts';
import { kitOfSix } from './six-clusters.ts';

it('the runs of a rollout are listed in the order in which it began them', async () => {
  const fireaxe = new InProcess();
  const kit = kitOfSix({}, 11);
  const words = ['--all', '--all-at-once', '--confirm', '11 clusters 22', '--reason', 'INC-1', '--', 'true'];
  const ran = await fireaxe.run(['exec', '-c', 'c*', ...words], { kit });
  const { stdout } = await fireaxe.run(['runs'], { kit });
  fireaxe.close();
  rmSync(kit, { recursive: true });
  expect(ran.code, ran.stderr).toBe(0);
  const listed = [...stdout.matchAll(/^└ \S+ +(c\d+) /gm)].map(([, cluster]) => cluster);
  expect(listed).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'c10', 'c11']);
});
