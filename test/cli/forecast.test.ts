import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { metricsOf } from '../forecast/metrics.ts';
import { fleetOf, KIT_YAML, makeKit } from '../kit/make-kit.ts';
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

it('says that a given number of nodes is not the one that the API servers counted', async () => {
  const counted = /^ {2}its API servers counted 100 nodes, not 50: what grows by node is uncertain$/m;
  const of = async (nodes: number) =>
    (await forecast('--metrics', `${nodes}=${file('small.prom')}`, '--size', '500')).stdout;
  expect(await of(50)).toMatch(counted);
  expect(await of(95)).not.toContain('counted');
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

it('takes the sizes of all clusters of the kit, or those named, and calls that a server is known to carry', async () => {
  const args = ['--metrics', file('small.prom'), '--carries', '1', '-o', 'json'];
  const { code, stdout } = await forecast(...args);
  const { sizes, capacity } = JSON.parse(stdout).forecast;
  expect(sizes[0].name).toBe('c1');
  expect(sizes[0].share).toBeCloseTo(sizes[0].nodes * 100);
  expect(capacity).toEqual({ seats: 600, calls: 1 });
  expect(code).toBe(0);
  const named = await forecast(...args, '--size', 'c*,7');
  expect(JSON.parse(named.stdout).forecast.sizes).toMatchObject([
    { name: '-', nodes: 7 },
    { name: 'c1', nodes: sizes[0].nodes },
  ]);
  const both = await forecast(...args, '--size', '7', '--all-clusters');
  expect(JSON.parse(both.stdout).forecast.sizes.length).toBe(2);
});

describe('clusters that are measured now', () => {
  const workers = [{ name: 'w', cluster: 'bare', roles: ['worker'], address: '127.0.0.1', labels: {} }];
  const plane = { name: 'cp', cluster: 'here', roles: ['control-plane'], address: '127.0.0.1', labels: {} };
  const more = ['127.0.0.2', '127.0.0.3'].map((address) => ({
    ...plane,
    name: address,
    address,
    roles: ['worker'],
  }));
  let own: string;
  beforeAll(() => {
    own = makeKit({
      'kit.yaml': `${KIT_YAML.replace('policy:', '  bare: {}\n  here: { via: [local] }\npolicy:')}`,
      'fleet/bare.json': JSON.stringify(fleetOf(workers, 'bare')),
      'fleet/here.json': JSON.stringify(fleetOf([plane, ...more], 'here')),
    });
    // This machine is the host of an API server, whose metrics differ at the second reading.
    const [tools, root] = [file('tools'), fireaxe.env.FIREAXE_ROOT];
    mkdirSync(tools);
    mkdirSync(join(root, 'etc/kubernetes'), { recursive: true });
    writeFileSync(join(root, 'etc/kubernetes/admin.conf'), 'x');
    const calls = (count: number) => ({ 'GET pods resource': { count, took: 0.5 } });
    writeFileSync(file('first'), metricsOf({ calls: calls(1_000), seconds: 100, nodes: 3 }));
    writeFileSync(file('second'), metricsOf({ calls: calls(1_300), seconds: 130, nodes: 3 }));
    const tool = (name: string, body: string) =>
      writeFileSync(join(tools, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    tool(
      'kubectl',
      `case "$*" in */livez*) printf ok ;; *) cat ${file('first')}; cp ${file('second')} ${file('first')} ;; esac`,
    );
    tool('sleep', '[ "$1" = 30 ] || exec /bin/sleep "$@"');
    vi.stubEnv('PATH', `${tools}:${process.env.PATH}`);
  });
  afterAll(() => rmSync(own, { recursive: true }));
  const live = (...args: string[]) => fireaxe.run(['forecast', ...args], { kit: own });

  it('predicts each cluster of the kit from one of them, and keeps the reading as dumps', async () => {
    const saved = file('saved');
    const { code, stdout, stderr } = await live('-c', 'here', '--all-clusters', '--save-metrics', saved);
    expect(stderr).toContain('here: reading 1 API server twice, 30s apart\n');
    expect(stdout).toMatch(/^measured: here, 3 nodes, 1 API server, 30\.0s; 5 of 600 seats in use$/m);
    expect(stdout).toMatch(/^here +3 +10 +5 .* 0\.83% +fits$/m);
    expect(stdout).toMatch(/^bare +1 .* fits$/m);
    expect(code).toBe(0);
    const again = await forecast(
      '--metrics',
      `3=${join(saved, 'here.cp.prom')}`,
      '--size',
      '3',
      '-o',
      'json',
    );
    expect(JSON.parse(again.stdout).forecast.sizes[0]).toMatchObject({
      callsPerSecond: expect.closeTo(10),
      seatsInUse: expect.closeTo(5),
    });
  });

  it('one that cannot be read is told, and the prediction is made from the rest', async () => {
    const nothing = await live('-c', 'bare', '--size', '100');
    expect(nothing.stderr).toMatch(/^bare: not measured: it has no control-plane node.*\nnext: kubectl get/);
    expect(nothing.stderr).toContain('nothing was measured: no prediction\n');
    expect(nothing).toMatchObject({ code: 3, stdout: '' });
    // The key of c1 does not parse.
    expect((await live('-c', 'c1', '--size', '100')).code).toBe(4);
    const mixed = await live('-c', 'bare,c1', '--size', '100', '--metrics', file('small.prom'), '-o', 'json');
    expect(mixed.code).toBe(3);
    const { sizes, unread } = JSON.parse(mixed.stdout).forecast;
    expect(unread).toMatchObject([{ cluster: 'bare' }, { cluster: 'c1', node: 'cp-1' }]);
    expect(sizes[0].verdict).toBe('fits');
  });
});

it('says what two sizes leave open, and stops a pipeline by the steepest law', async () => {
  // 10 seats at 100 nodes and 25 at 400 are 5 + n/20, and 9 + (n/100)² just as well.
  const sized = (nodes: number, took: number) =>
    metricsOf({ calls: { 'GET pods resource': { count: (nodes + 100) * 100, took } }, nodes });
  writeFileSync(file('100.prom'), sized(100, 0.05));
  writeFileSync(file('400.prom'), sized(400, 0.05));
  const args = ['--metrics', file('100.prom'), '--metrics', file('400.prom'), '--size', '3000'];
  const { code, stdout, stderr } = await forecast(...args, '--max-share', '50%');
  expect(stdout).toMatch(/^- +3,000 .* 26% to 152% +undecided$/m);
  expect(stdout).toContain('undecided: 2 sizes do not tell how GET pods grows: measure another size\n');
  expect(stderr).toMatch(/^3000 nodes: 26% to 152% of the capacity, more than --max-share 50%\n$/);
  expect(code).toBe(3);
});

it('says where a size was measured while its servers were slower', async () => {
  const sized = (nodes: number, took: number) =>
    metricsOf({ calls: { 'GET pods resource': { count: nodes * 100, took } }, nodes });
  writeFileSync(file('10.prom'), sized(10, 0.01));
  writeFileSync(file('20.prom'), sized(20, 0.03));
  const { stdout } = await forecast(
    '--metrics',
    file('10.prom'),
    '--metrics',
    file('20.prom'),
    '--size',
    '30',
  );
  expect(stdout).toContain('uncertain: a request for one object took 3 times as long at 20 nodes as at 10: ');
});

it('shows the connections that who saw at the largest size, in a table of their own', async () => {
  const client = { name: 'agent', where: { kind: 'unit', id: 'agent.service' }, labels: {}, connections: 2 };
  const node = {
    node: 'n1',
    controlPlane: false,
    reached: true,
    clients: [{ ...client, bytesPerSecond: 0 }],
  };
  writeFileSync(file('who.json'), JSON.stringify({ cluster: 'c1', who: { nodes: [node], notAsked: 99 } }));
  const args = ['--metrics', file('small.prom'), '--size', '1000', '--who', file('who.json')];
  const { code, stdout, stderr } = await forecast(...args);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^CLIENT \(WHO\) .*\nagent\.service \(agent\) +2,000 .* by node \(assumed\)$/m);
  expect(code).toBe(0);
});

it.each([
  [['--metrics', 'small.prom', '--who', 'small.prom', '--size', '5'], 'not a reading of who'],
  [['--size', '5'], 'missing --cluster or --metrics'],
  [['-c', 'c9', '--size', '5'], 'the kit has no cluster c9'],
  [['-c', 'c1', '--size', '5', '--pause', '1s'], 'at: --pause'],
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
