import { cpSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { executeRollout, resumeRollout } from '../../src/rollout/execute.ts';
import { journalPath } from '../../src/run/journal/run-order.ts';
import { readRun } from '../../src/run/journal/store.ts';
import { asIfKilled } from '../run/as-if-killed.ts';
import { fakeFleet } from '../run/fake-fleet.ts';
import { kitOfClusters, rolloutEnv, rolloutFor, withApiServers } from './fake-clusters.ts';

it('after kill -9 at any moment a resume runs nothing twice on any node, and the totals are whole', async () => {
  const seen = { before: 0, within: 0, ended: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 150 }),
      fc.nat(60),
      fc.constantFrom<number[]>([1, 3], [4], [1, 1, 2]),
      async (killAt, torn, waves) => {
        const kit = kitOfClusters(4);
        let told = 0;
        let killed = false;
        let die = (_: true) => {};
        const dead = new Promise<true>((resolve) => {
          die = resolve;
        });
        const fleet = fakeFleet(() => (killed ? 'crash' : 'ok'));
        const { env } = rolloutEnv(kit, withApiServers(fleet.transport));
        const then = `${env.stateDir}-then`;
        // The disk as it is in this moment: what the dead process has in its hands does not reach it.
        const tell = () => {
          if (killed || ++told < killAt) return;
          cpSync(env.stateDir, then, { recursive: true });
          killed = true;
          die(true);
        };
        const { rollout, planOf } = rolloutFor(kit, { waves });
        const ended = await Promise.race([
          executeRollout(rollout, planOf, { ...env, onEvent: tell, onCluster: tell }),
          dead,
        ]);
        if (ended !== true) return void seen.ended++;
        for (const run of readdirSync(then)) asIfKilled(journalPath(then, run));
        const found = await readRun(then, 'last').catch(() => undefined);
        // Killed before the rollout was on the disk: nothing was launched.
        if (!found) {
          seen.before++;
          return expect(fleet.nodes.size).toBe(0);
        }
        seen.within++;
        if (found.records.length > 1) tear(journalPath(then, found.runId), torn);
        const fresh = fakeFleet();
        for (const [name, node] of fleet.nodes) fresh.nodes.set(name, node);
        const over = rolloutEnv(kit, withApiServers(fresh.transport)).env;
        const verdict = await resumeRollout(found.runId, { ...over, stateDir: then });
        expect(verdict.state).toBe('done');
        expect(verdict.counts.ok).toBe(8);
        expect(verdict.planned).toBe(8);
        expect(fresh.nodes.size).toBe(8);
        for (const node of fresh.nodes.values())
          expect([[...node.ran.values()], node.doubled]).toEqual([[1], 0]);
        expect((await readRun(then, 'last')).intact).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
  expect(seen.within).toBeGreaterThan(10);
});

/** The last record was being written. */
function tear(path: string, bytes: number): void {
  const text = readFileSync(path);
  const last = text.lastIndexOf(10, text.length - 2) + 1;
  truncateSync(path, Math.max(last, text.length - bytes));
}
