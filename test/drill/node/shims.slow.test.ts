import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { quote } from '../../../src/base/quote.ts';
import type { SimulatedNode } from '../../../src/drill/node/node.ts';
import { stubText } from '../../../src/drill/node/stub.ts';
import { sh, type TestLab, testLab } from './lab.ts';

let lab: TestLab;
let node: SimulatedNode;
beforeEach(async () => {
  lab = await testLab();
  node = await lab.node();
  node.setTool('echoer', (argv, stdin) => ({
    code: argv.length,
    stdout: JSON.stringify(argv),
    stderr: argv.includes('-') ? stdin() : '',
  }));
});
afterEach(() => lab.close());

test('hands over any argument as it is, and the answer as it is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom("'", '\n', '$(id)', '', '-n', '\\', '*')),
      ),
      async (words) => {
        const argv = words.map((word) => word.replaceAll('\0', '')).filter((word) => word !== '-');
        const ran = await sh(node, ['echoer', ...argv.map(quote)].join(' '));
        expect(JSON.parse(ran.stdout)).toEqual(argv);
        expect(ran.code).toBe(argv.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('reads its input only where an argument asks for it', async () => {
  expect((await sh(node, 'printf "a\\nb" | echoer -f -')).stderr).toBe('a\nb');
  expect((await sh(node, 'echoer -f x; cat', 'left')).stdout).toBe('["-f","x"]left');
});

test('many at once and in one pipeline: every answer goes to its caller', async () => {
  const one = await sh(
    node,
    'echoer a >/dev/null | echoer b | cat; for i in 1 2 3 4 5 6 7 8; do echoer $i & done; wait',
  );
  const all = [...one.stdout.matchAll(/"(\w)"/g)].map((match) => match[1]).sort();
  expect(all).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', 'b']);
});

test('a slow tool does not delay the others', async () => {
  node.setTool('slow', async () => {
    await expect.poll(() => existsSync(join(node.root, 'run/quick-over'))).toBe(true);
    return { code: 0, stdout: 'slow\n', stderr: '' };
  });
  const ran = await sh(node, 'slow & echoer quick; echo; : >"$FIREAXE_ROOT/run/quick-over"; wait');
  expect(ran.stdout).toBe('["quick"]\nslow\n');
});

test('a tool that is killed while it waits leaves nothing behind', async () => {
  let answer: () => void = () => undefined;
  node.setTool(
    'stuck',
    () => new Promise((resolve) => (answer = () => resolve({ code: 0, stdout: '', stderr: '' }))),
  );
  await sh(node, 'stuck & sleep 0.2; kill -9 $!; wait');
  answer();
  await expect.poll(() => readdirSync(lab.host.desk.dir)).toEqual(['requests']);
  expect((await sh(node, 'echoer still')).stdout).toBe('["still"]');
});

test('without its lab a tool fails at once', async () => {
  const { pid } = await new Promise<{ pid: number }>((resolve) => {
    const child = execFile('/bin/sh', ['-c', 'exit 0'], () => resolve({ pid: child.pid! }));
  });
  const text = stubText({ tool: 'nft', node: 'n1', desk: join(lab.dir, 'gone'), lab: pid });
  const ran = await promisify(execFile)('/bin/sh', ['-c', text], { timeout: 50_000 }).catch((error) => error);
  expect(ran).toMatchObject({ code: 125, stderr: 'nft: the lab is gone\n' });
});

test('a big answer arrives whole', async () => {
  const text = `${'x'.repeat(99)}\n`.repeat(20_000);
  node.setTool('big', () => ({ code: 0, stdout: text, stderr: '' }));
  expect((await sh(node, 'big | wc -c')).stdout.trim()).toBe(String(text.length));
  expect((await sh(node, 'big | head -n 1')).code).toBe(0);
});
