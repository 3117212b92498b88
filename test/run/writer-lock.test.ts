import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-lock-'));
const program = join(dir, 'take.mjs');
afterAll(() => rmSync(dir, { recursive: true }));

const ROUNDS = 40;
const EVERY_MS = 20;

// Several processes go for the lock of each round at the same moment, and say of each whether they had it.
beforeAll(async () => {
  const source = resolve(import.meta.dirname, '../../src/run/writer-lock.ts');
  await build({
    stdin: {
      contents: `import { lockWriter } from ${JSON.stringify(source)};
        const [, , dir, at] = process.argv;
        let said = '';
        for (let round = 0; round < ${ROUNDS}; round++) {
          while (Date.now() < Number(at) + round * ${EVERY_MS});
          try { lockWriter(dir + '/' + round); said += 'had '; }
          catch (error) { said += (error.kind ?? error.message) + ' '; }
        }
        console.log(said);
        setTimeout(() => {}, 500);`,
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
  const at = String(Date.now() + 500);
  const takers = Array.from({ length: 3 }, () =>
    promisify(execFile)(process.execPath, [program, locks, at]).then(({ stdout }) =>
      stdout.trim().split(' '),
    ),
  );
  const said = await Promise.all(takers);
  for (let round = 0; round < ROUNDS; round++) {
    expect(said.map((of) => of[round]).sort()).toEqual(['guard', 'guard', 'had']);
  }
  // Nothing is left beside the locks themselves.
  expect(readdirSync(locks)).toHaveLength(ROUNDS);
}, 30_000);
