import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, labUp } from './fireaxe.ts';

let lab: Awaited<ReturnType<typeof labUp>>;
beforeAll(async () => {
  lab = await labUp('--workers', '24', '--seed', '5');
});
afterAll(() => lab?.end());

/** How often each step was really carried out on each machine: the lines of the receipts' `ran`. */
async function executions(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const machines = join(lab.dir, 'machines');
  for (const machine of await readdir(machines)) {
    const runs = join(machines, machine, 'root/run/fireaxe');
    for (const path of await readdir(runs, { recursive: true }).catch(() => [] as string[])) {
      if (!path.endsWith('/ran')) continue;
      const lines = (await readFile(join(runs, path), 'utf8')).trim().split('\n');
      counts.set(`${machine}/${path}`, lines.length);
    }
  }
  return counts;
}

test('a run that is killed and resumed runs no step twice on any node, and its totals add up', async () => {
  const run = lab.start([
    'run',
    'shed-load',
    '--yes',
    '--reason',
    'kill',
    '--output',
    'ndjson',
    '--no-input',
  ]);
  await eventually('some nodes are done', async () => (await executions()).size >= 3, 40_000);
  run.child.kill('SIGKILL');
  await run.ended;

  const resumed = await lab.run(['resume', 'last', '--output', 'json', '--no-input']);
  const { verdict } = resumed.json as unknown as {
    verdict: { planned: number; counts: Record<string, number>; state: string };
  };
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(verdict.state).toBe('done');
  expect(verdict.planned).toBe(24);
  expect(Object.values(verdict.counts).reduce((sum, n) => sum + n, 0)).toBe(24);

  const ran = await executions();
  expect(ran.size).toBe(24);
  expect([...ran.values()].filter((times) => times !== 1)).toEqual([]);
});
