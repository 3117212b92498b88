import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import nothingIsLeft from '../lab/leftovers.ts';
import type { ClusterFacts } from './cluster.ts';
import { clusterUp } from './up.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterFacts;
  }
}

/**
 * Starts one cluster for all files of the tier. To try a test many times, start a cluster with `npx vitest watch --project cluster
 * stands`, which prints its folder, and run the test elsewhere with FIREAXE_CLUSTER set to that folder.
 */
export default async function standing(project: TestProject): Promise<() => void> {
  const folder = process.env.FIREAXE_CLUSTER;
  if (folder) {
    project.provide('cluster', JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')));
    return () => {};
  }
  const nothingLeft = nothingIsLeft();
  const { facts, down } = await clusterUp((line) => console.log(`cluster: ${line}`));
  console.log(`cluster: FIREAXE_CLUSTER=${facts.folder.dir}`);
  project.provide('cluster', facts);
  // For a run that exits without its teardown.
  process.once('exit', down);
  return () => {
    process.off('exit', down);
    down();
    nothingLeft();
  };
}
