import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-lock-'));
const program = join(dir, 'take.mjs');
afterAll(() => rmSync(dir, { recursive: true }));

const ROUNDS = 60;
const EVERY_MS = 20;

// Several processes go for the lock of each round at the same moment, and say of each whether they had it.
beforeAll(async () => {
  const source = resolve(import.meta.dirname, '../../src/run/writer-lock.ts');
  await build({
    stdin: {
      contents: `import { lockWriter } from ${JSON.stringify(source)};
        process.stdin.once('data', (at) => {
          let said = '';
          for (let round = 0; round < ${ROUNDS}; round++) {
            while (Date.now() < Number(at) + round * ${EVERY_MS});
            try { lockWriter(process.argv[2] + '/' + round); said += 'had '; }
            catch (error) { said += (error.kind ?? error.message) + ' '; }
          }
          console.log(said);
        });
        console.log('here');`,
      loader: 'ts',
      resolveDir: dir,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});

it('goes to one of several that find the same dead holder', async () => {
  const locks = join(dir, 'locks');
  mkdirSync(locks);
  for (let round = 0; round < ROUNDS; round++) writeFileSync(join(locks, String(round)), '999999999 1\n');
  // They begin when all are here, and live until all have had their try.
  const takers = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, [program, locks], { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = on(createInterface(child.stdout), 'line');
    return { child, next: async () => String((await line.next()).value[0]).trim() };
  });
  for (const taker of takers) expect(await taker.next()).toBe('here');
  for (const taker of takers) taker.child.stdin.write(String(Date.now() + 100));
  const said = await Promise.all(takers.map(async (taker) => (await taker.next()).split(' ')));
  for (const taker of takers) taker.child.stdin.end();
  for (let round = 0; round < ROUNDS; round++) {
    expect(said.map((of) => of[round]).sort()).toEqual(['guard', 'guard', 'guard', 'had']);
  }
  // Beside each dead holder stands the new one, and nothing else.
  expect(readdirSync(locks).filter((name) => !name.endsWith('.1'))).toHaveLength(ROUNDS);
  expect(readdirSync(locks)).toHaveLength(2 * ROUNDS);
});
