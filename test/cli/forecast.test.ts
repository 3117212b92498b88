import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { metricsOf } from '../forecast/metrics.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
let file: (name: string) => string;

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

/** Each node makes a call a second that takes half a second: 600 seats are full at 1,200 nodes. */
const small = metricsOf({ calls: { 'GET pods resource': { count: 10_000, took: 0.5 } }, nodes: 100 });

beforeAll(() => {
  file = (name) => join(fireaxe.directory, name);
  writeFileSync(file('small.prom'), small);
  writeFileSync(file('wrong.prom'), `${small}wrong\n`);
});

const forecast = (...args: string[]) => fireaxe.run(['forecast', ...args], { kit });

it('predicts each size, with the verdict and the most nodes that fit', async () => {
  const { code, stdout, stderr } = await forecast('--metrics', file('small.prom'), '--size', '100,1000,5000');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^measured: 100 nodes, 1 API server, 1m40s; 50 of 600 seats in use$/m);
  expect(stdout).toMatch(/^GET pods {13,} ?5,000 +2,500 +0 +by node \(assumed\)$/m);
  expect(stdout).toMatch(/^- +100 +100 +50 .* 8\.3% +fits$/m);
  expect(stdout).toMatch(/^- +1,000 .* 83% +tight$/m);
  expect(stdout).toMatch(/^- +5,000 .* 417% +overloaded$/m);
  expect(stdout).toContain('at 50% of the capacity: 600 nodes');
  expect(code).toBe(0);
});

it('--max-share stops a pipeline with exit 3 and says which size', async () => {
  const metrics = ['--metrics', `100=${file('small.prom')}`];
  const { code, stderr } = await forecast(
    ...metrics,
    '--size',
    '100',
    '--size',
    '5000',
    '--max-share',
    '50%',
  );
  expect(code).toBe(3);
  expect(stderr).toBe('5000 nodes: 417% of the capacity, more than --max-share 50%\n');
  expect((await forecast(...metrics, '--size', '100', '--max-share', '50%')).code).toBe(0);
});

it('takes the sizes of the clusters that are selected, and calls that a server is known to carry', async () => {
  const args = ['--metrics', file('small.prom'), '-c', 'c1', '--carries', '1', '-o', 'json'];
  const { code, stdout } = await forecast(...args);
  const { sizes, capacity } = JSON.parse(stdout).forecast;
  expect(sizes[0].name).toBe('c1');
  expect(sizes[0].share).toBeCloseTo(sizes[0].nodes * 100);
  expect(capacity).toEqual({ seats: 600, calls: 1 });
  expect(code).toBe(0);
});

it.each([
  [['--size', '5'], 'missing --metrics'],
  [['--metrics', 'small.prom', '--size', 'many'], 'at: --size'],
  [['--metrics', 'small.prom', '--size', '0'], 'at: --size'],
  [['--metrics', 'small.prom', '--size', '5', '--servers', '0'], 'at: --servers'],
  [['--metrics', 'small.prom', '--size', '5', '--max-share', '50'], 'at: --max-share'],
  [['--metrics', '0=small.prom', '--size', '5'], 'at: --metrics'],
  [['--metrics', 'wrong.prom', '--size', '5'], /at: \S+wrong\.prom:\d+:1/],
  [['--metrics', 'missing.prom', '--size', '5'], 'no such file or directory'],
  [['--metrics', '.', '--size', '5'], 'illegal operation on a directory'],
  [['--metrics', 'small.prom', '--audit', 'small.prom', '--size', '5'], 'not an event of an audit log'],
])('refuses %j with exit 2', async (args, words) => {
  const placed = args.map((word) =>
    word.replace(/^(0=)?(.*\.prom|\.)$/, (_, size = '', name) => size + file(name)),
  );
  const { code, stderr } = await forecast(...placed);
  expect(stderr).toMatch(words);
  expect(code).toBe(2);
});
