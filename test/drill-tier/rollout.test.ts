import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinKits } from '../../src/drill/kit/join-kits.ts';
import { eventually, fireaxe, labUp, start } from './fireaxe.ts';

const NAMES = ['lab-1', 'lab-2', 'lab-3', 'lab-4', 'lab-5', 'lab-6'];
/** Six labs share the machine; few workers break as 48 do. */
const WORKERS = 8;
const SIZE = ['--workers', String(WORKERS), '--stands-for', '6'];

let dir = '';
let kit = '';
type Lab = Awaited<ReturnType<typeof labUp>>;
const labs = new Map<string, Lab>();
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-rollout-'));
  kit = join(dir, 'kit');
  const up = NAMES.map(async (name, i) => labs.set(name, await labUp(...SIZE, '--seed', String(i + 1))));
  const failed = (await Promise.allSettled(up)).find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  await joinKits(
    kit,
    NAMES.map((name) => ({ name, kit: labs.get(name)!.kit, cluster: 'lab' })),
  );
});
afterAll(async () => {
  await Promise.all([...labs.values()].map((lab) => lab.end()));
  await rm(dir, { recursive: true, force: true });
});

const run = (...words: string[]) => fireaxe([...words, '--no-input'], { FIREAXE_KIT: kit });
/** Waves of 1, 2 and 3 clusters; a node of each lab hangs and one has another host key. */
const hold = [
  ...['stop', '--all-clusters', '-l', 'role=worker', '--process', 'telemetry-agent', '--yes'],
  ...['--reason', 'drill', '--max-failures', '50%', '--timeout', '20s', '--soak', '1s'],
];
/** Without a gate: the flood goes on then. */
const undo = ['undo', 'last', '--yes', '-o', 'json', '--soak', '0s', '--cluster-gate', 'none'];

/** How often each step was really carried out on each machine of a lab: the lines of the receipts' `ran`. */
async function executions(name: string): Promise<number[]> {
  const machines = join(labs.get(name)!.dir, 'machines');
  const counts: number[] = [];
  for (const machine of await readdir(machines)) {
    const runs = join(machines, machine, 'root/run/fireaxe');
    for (const path of await readdir(runs, { recursive: true }).catch(() => [] as string[]))
      if (path.endsWith('/ran'))
        counts.push((await readFile(join(runs, path), 'utf8')).trim().split('\n').length);
  }
  return counts;
}

const executed = async () => (await Promise.all(NAMES.map(executions))).flat();
const held = async (name: string) => (await labs.get(name)!.status()).sample.held;
/** A process that goes on may be late with its next turn. */
const released = (names: string[]) =>
  eventually(
    'all of them go on',
    async () => (await Promise.all(names.map(held))).every((count) => count === 0),
    60_000,
  );

interface Told {
  verdict: {
    planned: number;
    counts: Record<string, number>;
    clusters: { cluster: string; state: string }[];
  };
}

test('a cluster that fails stops the next wave', async () => {
  const key = join(kit, 'keys/lab-2');
  const credentials = join(kit, 'aws/credentials');
  const [goodKey, goodCredentials] = [await readFile(key, 'utf8'), await readFile(credentials, 'utf8')];
  await writeFile(key, await readFile(join(kit, 'keys/lab-3'), 'utf8'), { mode: 0o600 });
  await writeFile(credentials, goodCredentials.replace('[lab-2]', '[none]'), { mode: 0o600 });
  const { code, json, stderr } = await run(...hold, '-o', 'json');
  await writeFile(key, goodKey, { mode: 0o600 });
  await writeFile(credentials, goodCredentials, { mode: 0o600 });
  const { verdict } = json as unknown as Told;
  expect(code, stderr).toBe(7);
  expect(verdict.clusters.map(({ state }) => state)).toEqual([
    'ok',
    'failed',
    'ok',
    'not-attempted',
    'not-attempted',
    'not-attempted',
  ]);
  expect((await executions('lab-1')).length).toBe(WORKERS);
  for (const name of ['lab-2', 'lab-4', 'lab-5', 'lab-6']) expect(await executions(name)).toEqual([]);
  const undone = await run(...undo);
  expect(undone.code, undone.stderr).toBe(0);
  await released(['lab-1', 'lab-3']);
});

test('kill -9 in the middle, resume: nothing runs twice, totals are whole; undo returns every cluster', async () => {
  const before = (await executed()).length;
  const rollout = start([...hold, '--cluster-gate', 'none', '-o', 'ndjson', '--no-input'], {
    FIREAXE_KIT: kit,
  });
  await eventually('the second wave has begun', async () => (await executions('lab-2')).length > 0, 60_000);
  rollout.child.kill('SIGKILL');
  await rollout.ended;
  const resumed = await run('resume', 'last', '-o', 'json');
  const { verdict } = resumed.json as unknown as Told;
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(verdict.clusters.map(({ state }) => state)).toEqual(NAMES.map(() => 'ok'));
  expect(verdict.planned).toBe(NAMES.length * WORKERS);
  expect(Object.values(verdict.counts).reduce((sum, n) => sum + n, 0)).toBe(verdict.planned);
  const ran = await executed();
  expect(ran.length).toBe(before + NAMES.length * WORKERS);
  expect(ran.filter((times) => times !== 1)).toEqual([]);

  const undone = await run(...undo);
  expect(undone.code, undone.stderr).toBe(0);
  await released(NAMES);
});
