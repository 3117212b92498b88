import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { type FakeWorld, fakeWorld } from '../drill/cloud/fake-world.ts';
import { fleetOf, makeKit, NODES } from '../kit/make-kit.ts';
import { InProcess } from './in-process.ts';

const HYBRID = 'mi-0123456789abcdef0';
let cli: InProcess;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let world: FakeWorld;
let kit: string;

beforeAll(async () => {
  cli = new InProcess();
  world = fakeWorld(3, (machine, n) => {
    machine.tags = { Name: `n${n}`, [`kubernetes.io/cluster/${n === 0 ? 'west' : 'east'}`]: 'owned' };
    if (n === 2) machine.id = HYBRID;
  });
  cloud = await createCloudEndpoint(world);
  const profile = (name: string, url: string) => `[profile ${name}]\nendpoint_url = ${url}\n`;
  const keys = (name: string) =>
    `[${name}]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = s\n`;
  kit = makeKit({
    'kit.yaml': `schemaVersion: 1
clusters:
  west: { cloud: { profile: lab, region: us-west-2 } }
  east: { cloud: { profile: lab, region: us-east-1 } }
  dead: { cloud: { profile: dead, region: eu-west-1 } }
  metal: {}
`,
    'aws/config': profile('lab', cloud.url) + profile('dead', 'http://127.0.0.1:1'),
    'aws/credentials': keys('lab') + keys('dead'),
    'fleet/metal.json': JSON.stringify(
      fleetOf(
        NODES.map((node) => ({ ...node, cluster: 'metal' })),
        'metal',
      ),
    ),
  });
});
afterAll(async () => {
  await cloud.close();
  cli.close();
  rmSync(kit, { recursive: true });
});

const idsIn = (cluster: string) =>
  JSON.parse(readFileSync(join(kit, `fleet/${cluster}.json`), 'utf8')).nodes.map(
    (node: { instanceId: string }) => node.instanceId,
  );

it('saves each cluster from its own region, whatever another does', async () => {
  const { code, stderr, stdout } = await cli.run(['nodes', '--discover', '--save', '-o', 'json'], { kit });
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(/^dead: no connection to EC2 in eu-west-1/m);
  expect(stderr).toMatch(/^metal: no cloud: the snapshot stays$/m);
  expect(existsSync(join(kit, 'fleet/dead.json'))).toBe(false);
  expect([idsIn('west'), idsIn('east')]).toEqual([[world.machines[0]!.id], [world.machines[1]!.id, HYBRID]]);
  const { clusters, total } = JSON.parse(stdout);
  expect(total).toMatchObject({ clusters: 4, ok: 3, notOk: ['dead'] });
  expect(clusters.find((one: { cluster: string }) => one.cluster === 'dead').error.next).toContain('curl');
});

it('does not lose the machines outside EC2 where SSM may not be asked', async () => {
  const before = readFileSync(join(kit, 'fleet/east.json'), 'utf8');
  cloud.faults.refuse.DescribeInstanceInformation = 'AccessDeniedException';
  const discover = (cluster: string) => cli.run(['nodes', '-c', cluster, '--discover', '--save'], { kit });
  const east = await discover('east');
  const west = await discover('west');
  delete cloud.faults.refuse.DescribeInstanceInformation;
  expect([east.code, east.stderr]).toEqual([4, expect.stringContaining('ssm:DescribeInstanceInformation')]);
  expect(readFileSync(join(kit, 'fleet/east.json'), 'utf8')).toBe(before);
  expect([west.code, west.stderr]).toEqual([0, expect.stringContaining('(mi-…) are not looked for')]);
});
