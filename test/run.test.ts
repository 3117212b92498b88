import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it.each([
  ['--node-too', "Option '--node-too <value>' argument missing"],
  ['--nope', "Unknown option '--nope'"],
  ['metal', 'unknown tier metal'],
])('npm test -- %s: says what is wrong and how to use it, without a stack', (word, problem) => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), word], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain(`npm test: ${problem}\nUsage: npm test -- [TIER…]`);
  expect(stderr).not.toContain('    at ');
});
