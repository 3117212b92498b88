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
 * One cluster for all files of the tier. FIREAXE_CLUSTER names the folder of one that stands already, so that a test can be tried
 * again and again: `npx vitest watch --project cluster stands` leaves one standing until it ends, and says its folder.
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
  // Where the run ends without its teardown.
  process.once('exit', down);
  return () => {
    process.off('exit', down);
    down();
    nothingLeft();
  };
}
