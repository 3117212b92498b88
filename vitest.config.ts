import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import type { TestProject } from 'vitest/node';
import ByPath from './test/cluster/by-path.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const textFiles = {
  name: 'text-files',
  enforce: 'pre' as const,
  load(id: string) {
    if (!/\.(sh|bash|zsh|fish|yaml|md)$/.test(id)) return null;
    return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
  },
};

/** Tiers whose files run one after the other. */
const SERIAL = ['cluster'];

/** All folders but those of other tiers, so that none is forgotten. */
const PARTS = 'test/{,!(cluster|drill-tier|lab)/**/}';

/** Too long for a usual run of the cluster tier; `--full` runs them, and so does a cluster that stands for trying one test. */
const ONLY_FULL = [
  'test/cluster/faults/**',
  'test/cluster/healthy/{dns-kit-services,dns-own-server,fence-nodes*,forecast,game-day,scale-flags,shrink,undo-all}.test.ts',
  'test/cluster/solo/fence.test.ts',
];
const usual = !process.env.FIREAXE_FULL && !process.env.FIREAXE_CLUSTER;

/** Some 18 minutes, mostly of waiting: only with `--full`. */
const ONLY_FULL_LAB = ['test/lab/return/**'];

// VITEST_MAX_WORKERS overrides `fileParallelism`.
const serial = {
  name: 'serial',
  configureVitest({ project }: { project: TestProject }) {
    if (SERIAL.includes(project.name)) project.config.maxWorkers = 1;
  },
};

/** One project for each tier; `test/run.mjs` picks the tiers that this machine can run. */
export default defineConfig({
  plugins: [textFiles, serial],
  define: { __FIREAXE_VERSION__: JSON.stringify(version) },
  test: {
    // Unit tests mostly wait: for processes, timers, sockets.
    maxWorkers: 3 * availableParallelism(),
    sequence: { sequencer: ByPath },
    projects: [
      tier('unit', [`${PARTS}!(*.slow).test.{ts,tsx}`], 120_000),
      tier('slow', [`${PARTS}*.slow.test.{ts,tsx}`], 120_000),
      tier('drill', ['test/drill-tier/**/*.test.ts'], 180_000),
      tier('lab', ['test/lab/**/*.test.ts'], 300_000),
      tier('cluster', ['test/cluster/**/*.test.ts'], 1_800_000),
    ],
  },
});

function tier(name: string, include: string[], testTimeout: number) {
  const ofParts = ['unit', 'slow'].includes(name);
  const inCi = process.env.CI ? 1 : 0;
  return {
    extends: true as const,
    test: {
      name,
      include,
      testTimeout,
      hookTimeout: testTimeout,
      fileParallelism: !SERIAL.includes(name),
      // Drills and lab tests mostly wait, too: for boots, timers, gates and clients.
      ...(['drill', 'lab'].includes(name) && { maxWorkers: 2 }),
      // Of tests in one file that do not share a lab.
      ...(name === 'drill' && { maxConcurrency: availableParallelism() }),
      // A CI machine may be slow for a moment; the report names what passed late. Locally a unit test has one attempt.
      retry: { unit: inCi, slow: inCi, drill: 1, lab: 2, cluster: inCi }[name] ?? 0,
      // A busy machine is slow; what never happens fails by the time limit of the test.
      ...(ofParts && { expect: { poll: { timeout: 30_000, interval: 20 } } }),
      // Not for the lab, which cleans up its mounts in the machine's own folder.
      ...(ofParts && { globalSetup: 'test/temp.ts' }),
      // In CI ink draws only the last frame, but tests check what a terminal shows.
      ...(ofParts && { env: { CI: 'false' } }),
      // Modules have no state, and loading them again for each file would take a third of the time.
      ...(ofParts && { isolate: false, setupFiles: 'test/leaves-nothing.ts' }),
      ...(name === 'lab' && { globalSetup: 'test/lab/leftovers.ts' }),
      ...(name === 'cluster' && { globalSetup: 'test/cluster/setup.ts' }),
      ...(name === 'cluster' && usual && { exclude: ONLY_FULL }),
      ...(name === 'lab' && !process.env.FIREAXE_FULL && { exclude: ONLY_FULL_LAB }),
    },
  };
}
