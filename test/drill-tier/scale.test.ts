import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { CommandLine } from '../cli/command-line.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';

const BIG = 'm7i.8xlarge';
let cli: CommandLine;
let world: FakeWorld;
let cloud: CloudEndpoint;
let kit: string;

beforeEach(async () => {
  cli = new CommandLine();
  world = fakeWorld(1);
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  kit = join(cli.directory, 'kit');
  const node = {
    name: 'w1',
    cluster: 'prod',
    roles: ['worker'],
    address: '10.0.0.0',
    labels: {},
    instanceId: instanceId(0),
  };
  const fleet = {
    schemaVersion: 1,
    cluster: 'prod',
    takenAt: new Date().toISOString(),
    source: 'file',
    nodes: [node],
  };
  const files = {
    'kit.yaml': 'schemaVersion: 1\nclusters:\n  prod:\n    cloud: { profile: lab, region: us-west-2 }\n',
    'fleet/prod.json': JSON.stringify(fleet),
    'aws/config': `[profile lab]\nendpoint_url = ${cloud.url}\n`,
    'aws/credentials': '[lab]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n',
  };
  for (const dir of [kit, join(kit, 'aws'), join(kit, 'fleet')]) {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o700);
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(kit, name), text, { mode: 0o600 });
});
afterEach(async () => {
  await cloud.close();
  cli.close();
});

const scale = ['scale', '--nodes', 'w1', '--type', BIG, '--reason', 'test', '--confirm', 'prod 1'];
const machine = () => world.machines[0]!;
const start = (...args: string[]) => cli.start([...args, '--no-input'], kit);

it('refuses when it cannot count etcd members, unless --ignore-quorum is given', async () => {
  const refused = await start(...scale).ended;
  expect(refused.code).toBe(3);
  expect(refused.stdout + refused.stderr).toContain('the fleet has no etcd or control-plane node to count');
  expect((await start(...scale, '--ignore-quorum').ended).code).toBe(0);
  expect(machine()).toMatchObject({ type: BIG, state: 'running' });
}, 120_000);

it('resumes after a kill while the machine was down, and undoes to the former type', async () => {
  world.start = async () => {};
  const killed = start(...scale, '--ignore-quorum');
  while (machine().state !== 'stopped' || machine().type !== BIG) await delay(20);
  killed.child.kill('SIGKILL');
  await killed.ended;
  world.start = async () => {
    machine().state = 'running';
  };
  expect((await start('resume', 'last').ended).code).toBe(0);
  expect(machine()).toMatchObject({ type: BIG, state: 'running' });
  expect((await start('undo', 'last', '--confirm', 'prod 1').ended).code).toBe(0);
  expect(machine()).toMatchObject({ type: 'm5.large', state: 'running' });
}, 120_000);

it('reports a machine that is still down at the deadline, and resume finishes it', async () => {
  world.start = async () => {};
  const late = await start(...scale, '--ignore-quorum', '--timeout', '12s').ended;
  expect(late.code).toBe(3);
  expect(late.stdout + late.stderr).toMatch(/was stop(ped|ping); the next attempt continues from there/);
  world.start = async () => {
    machine().state = 'running';
  };
  expect((await start('resume', 'last').ended).code).toBe(0);
  expect(machine()).toMatchObject({ type: BIG, state: 'running' });
}, 120_000);
