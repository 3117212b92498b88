import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetOf, makeKit, NODES } from '../../kit/make-kit.ts';
import { InProcess } from '../in-process.ts';

let fireaxe: InProcess;
let kit: string;
const run = (...args: string[]) => fireaxe.run(args, { kit });

const fleet = (cluster: string, more: object[] = []) =>
  JSON.stringify(
    fleetOf(
      [...NODES, ...more].map((node) => ({ ...node, cluster })),
      cluster,
    ),
  );

beforeAll(() => {
  fireaxe = new InProcess();
  const only = { name: 'only', roles: [], address: '127.0.0.9', labels: {} };
  kit = makeKit({
    'kit.yaml': 'schemaVersion: 1\ndefaults:\n  labels: { env: prod }\n  ssh: { identity: keys/id }\n',
    'clusters/p-1.yaml': 'labels: { tier: a }\n',
    'clusters/p-2.yaml': 'order: 1\n',
    'clusters/broken.yaml': 'labels: { env: prod }\nshs: 1\n',
    'fleet/p-1.json': fleet('p-1'),
    'fleet/p-2.json': fleet('p-2', [only]),
  });
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

describe('a reading of several clusters', () => {
  it('shows each under its name, says first which, and adds up', async () => {
    const { code, stdout, stderr } = await run('nodes', '-c', 'p-*', '-l', 'role=control-plane');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^p-2:\n {2}NAME .*\n {2}cp-1 {2}p-2 .*\n\np-1:\n {2}NAME .*\n {2}cp-1 {2}p-1 .*\n$/,
    );
    expect(stderr).toMatch(/^2 clusters: p-2, p-1\n/);
    expect(stderr).toMatch(/total of 2 clusters: 2 ok; nodes: 2\n$/);
  });

  it('is one JSON object: each cluster as alone, and the total', async () => {
    const alone = JSON.parse((await run('nodes', '-c', 'p-1', '-o', 'json')).stdout);
    const { stdout } = await run('nodes', '-c', 'p-1,p-2', '-o', 'json');
    const { schemaVersion, clusters, total } = JSON.parse(stdout);
    expect(schemaVersion).toBe(1);
    expect(clusters.map(({ cluster }: { cluster: string }) => cluster)).toEqual(['p-2', 'p-1']);
    const { schemaVersion: _, fleets: __, ...same } = alone;
    expect(clusters[1]).toMatchObject({ exit: 0, ...same });
    expect(total).toEqual({ clusters: 2, ok: 2, notOk: [], noNodes: [], counts: { nodes: 7 } });
  });

  it('is a line for each cluster with ndjson, and events that name theirs', async () => {
    const { stdout } = await run('nodes', '-c', 'p-*', '--nodes', 'cp-1', '-o', 'ndjson');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { cluster: 'p-2', node: { name: 'cp-1' } },
      { cluster: 'p-2', exit: 0 },
      { cluster: 'p-1', node: { name: 'cp-1' } },
      { cluster: 'p-1', exit: 0 },
      { total: { clusters: 2 } },
    ]);
  });

  it('tells of a cluster that cannot be opened, and shows the others', async () => {
    const { code, stdout, stderr } = await run('nodes', '--all-clusters', '-o', 'json');
    expect(code).toBe(3);
    expect(stderr).toContain('broken: unknown key shs\n');
    expect(stderr).toMatch(/broken: {3}at: .*clusters\/broken\.yaml:2:1\n/);
    const { clusters, total } = JSON.parse(stdout);
    expect(clusters).toContainEqual(
      expect.objectContaining({
        cluster: 'broken',
        exit: 2,
        error: expect.objectContaining({ kind: 'usage' }),
      }),
    );
    expect(total).toMatchObject({ clusters: 3, ok: 2, notOk: ['broken'] });
    expect((await run('nodes', '-c', 'broken')).code).toBe(2);
    expect((await run('nodes')).code).toBe(3);
  });

  it('leaves out clusters of which no node is selected, unless that is all of them', async () => {
    const { code, stdout, stderr } = await run('nodes', '-c', 'p-*', '--nodes', 'only');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^p-2:\n {2}NAME .*\n {2}only .*\n$/);
    expect(stderr).toContain('total of 2 clusters: 1 ok; 1 without such nodes; nodes: 1');
    const none = await run('nodes', '-c', 'p-*', '--nodes', 'onyl');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('perhaps only') });
  });

  it('runs a command on each', async () => {
    const { code, stdout } = await run(
      'look',
      '-c',
      'p-*',
      '--nodes',
      'n1',
      '--via',
      'local',
      '--',
      'echo seen',
    );
    expect(code).toBe(0);
    for (const name of ['p-1', 'p-2']) expect(stdout).toContain(`${name}:\n  == n1 (1): ok\n    | seen\n`);
    const failing = await run(
      'look',
      '-c',
      'p-*',
      '--nodes',
      'n1',
      '--via',
      'local',
      '-o',
      'json',
      '--',
      'exit 4',
    );
    expect(failing.code).toBe(3);
    expect(JSON.parse(failing.stdout).total).toMatchObject({ ok: 0, counts: { nodes: 2, 'nodes ok': 0 } });
  });

  it.each(['probe', 'who', 'status'])('%s reads each, though none can be reached', async (verb) => {
    const { code, stdout } = await run(verb, '-c', 'p-*', '-o', 'json', '--timeout', '3s');
    const { clusters, total } = JSON.parse(stdout);
    expect(clusters).toHaveLength(2);
    expect(total).toMatchObject({ clusters: 2, ok: 0, notOk: ['p-1', 'p-2'] });
    expect(code).toBe(clusters[0].exit);
  });

  it('by labels leaves out a cluster whose labels cannot be read, and says so', async () => {
    const { code, stderr } = await run('nodes', '--cluster-selector', 'env=prod,!tier', '--limit', '1');
    expect(code).toBe(0);
    expect(stderr).toContain('warning: broken is not selected, since its labels cannot be read');
  });
});

describe('clusters', () => {
  it('lists what a selection means, in order, and reads no snapshot', async () => {
    const { code, stdout } = await run('clusters', '-c', 'p-[1-2]');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'NAME  ORDER  SIZE  LABELS\np-2   1            env=prod\np-1                env=prod,tier=a\n',
    );
  });

  it('tells what is wrong with a definition', async () => {
    const { code, stdout, stderr } = await run('clusters', '-o', 'json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      count: 3,
      clusters: [
        { name: 'p-2', order: 1, labels: { env: 'prod' } },
        { name: 'broken', problem: { kind: 'usage', message: 'unknown key shs' } },
        { name: 'p-1' },
      ],
    });
    expect(stderr).toMatch(/warning: broken: unknown key shs \(.*broken\.yaml:2:1\)/);
  });
});

describe('a selection of clusters is refused', () => {
  it.each([
    ['a typing error', ['nodes', '-c', 'p-1,q-2'], /the kit has no cluster q-2[\s\S]*p-2/],
    ['a glob without a match', ['probe', '-c', 'prod-*'], /no cluster of the kit matches prod-\*/],
    [
      'a watch of several',
      ['probe', '-c', 'p-*', '--watch', '5s'],
      /--watch takes one cluster, and 2 are selected/,
    ],
    ['a wrong flag, once', ['status', '-c', 'p-*', '--sample', 'x'], /^fireaxe: /],
    [
      'an undo from the nodes of several',
      ['undo', '2026', '--from-nodes', '-c', 'p-*'],
      /one cluster at a time, and 2/,
    ],
  ])('for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
