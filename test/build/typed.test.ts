import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const run = (script: string, ...words: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../..', script), ...words], { encoding: 'utf8' });

it.each([
  ['test/run.mjs', '--node-too', "Option '--node-too <value>' argument missing"],
  ['test/run.mjs', '--nope', "Unknown option '--nope'"],
  ['test/run.mjs', 'metal', 'unknown tier metal'],
  ['test/bench/bench.mjs', '--host=3', "Unknown option '--host'"],
  ['test/bench/clusters.mjs', '--nodes=0', '--nodes 0: expected a whole number above zero'],
  ['test/simulate/simulate.mjs', '--clusters=ten', '--clusters ten: expected a whole number above zero'],
  ['docs/record/record.mjs', '--fast', '--fast: expected a file first'],
  ['build/release.mjs', '--key=k', 'expected one DIR, not 0'],
])('%s %s: says what is wrong and how to use it, without a stack', (script, word, problem) => {
  const { status, stderr } = run(script, word);
  expect(status).toBe(2);
  expect(stderr).toContain(`${problem}\nUsage: `);
  expect(stderr).not.toContain('    at ');
});

it('tells the usage of a script on request', () => {
  expect(run('build/release.mjs', '--help')).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^Usage: node build\/release\.mjs DIR/),
  });
});
