import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const textFiles = {
  name: 'text-files',
  enforce: 'pre' as const,
  load(id: string) {
    if (!/\.(sh|yaml)$/.test(id)) return null;
    return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
  },
};

/** One project a tier; `test/run.mjs` picks the tiers that this machine can run. */
export default defineConfig({
  plugins: [textFiles],
  define: { __FIREAXE_VERSION__: JSON.stringify(version) },
  test: {
    // Unit tests wait more than they work: for processes, timers, sockets.
    maxWorkers: 3 * availableParallelism(),
    projects: [
      tier(
        'unit',
        [
          'test/{base,fleet,kit,aws,transport,fanout,node,actions,probe,plan,run,playbook,report,cli,drill,prose}/**/*.test.{ts,tsx}',
        ],
        120_000,
      ),
      tier('drill', ['test/drill-tier/**/*.test.ts'], 180_000),
      tier('lab', ['test/lab/**/*.test.ts'], 300_000),
    ],
  },
});

function tier(name: string, include: string[], testTimeout: number) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      testTimeout,
      hookTimeout: testTimeout,
      fileParallelism: name !== 'drill',
      // Labs wait more than they work, too: for boots, timers and clients.
      ...(name === 'lab' && { maxWorkers: 2 }),
      // One slow moment of the carrier is no finding; the report names what passed late. At a desk a unit test has one try.
      retry: { unit: process.env.CI ? 1 : 0, drill: 1, lab: 2 }[name] ?? 0,
      // A busy machine takes its time. What never comes is told by the test's own limit, or a little before.
      ...(name === 'unit' && { expect: { poll: { timeout: 30_000, interval: 20 } } }),
      // Not for the lab: its mounts are swept from the machine's own folder.
      ...(name === 'unit' && { globalSetup: 'test/temp.ts' }),
      // Ink draws nothing anew in CI: there too a test is to see what a terminal shows.
      ...(name === 'unit' && { env: { CI: 'false' } }),
      // Modules have no state: to load them anew for each file was a third of the work.
      ...(name === 'unit' && { isolate: false, setupFiles: 'test/leaves-nothing.ts' }),
      ...(name === 'lab' && { globalSetup: 'test/lab/leftovers.ts' }),
    },
  };
}
