import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { eventually, start } from './fireaxe.ts';

/** Command lines of all processes that name the directory. */
async function processesIn(dir: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(dir));
}

test('a drill that is killed leaves no process and no file behind', async () => {
  const base = await mkdtemp(join(tmpdir(), 'fireaxe-killed-'));
  const run = start(['drill', '--workers', '12', '--hands-off'], { TMPDIR: base });
  await eventually('the lab runs', async () => (await processesIn(base)).length > 0);
  await eventually('its machines are made', async () => {
    const [lab] = await readdir(base);
    return lab !== undefined && (await readdir(join(base, lab))).includes('kit');
  });
  run.child.kill('SIGKILL');
  await run.ended;
  await eventually('nothing runs any more', async () => (await processesIn(base)).length === 0);
  await eventually('nothing is left', async () => (await readdir(base)).length === 0);
  expect(await readdir(base)).toEqual([]);
  await rm(base, { recursive: true });
});
