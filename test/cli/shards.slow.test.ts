import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';
import { fleetOf, NODES } from '../kit/make-kit.ts';
import { cloudKit } from './cloud-kit.ts';
import { InProcess } from './in-process.ts';

const KIT = `schemaVersion: 1
clusters:
  c1:
    ssh: { user: core, identity: keys/id }
    cloud: { profile: lab, region: us-west-2, shardTag: fireaxe-shard }
`;
/** Two shards of 60, and a control-plane node in none. */
const WORKERS = 120;
const shardOf = (n: number) => (n === 0 ? {} : { 'fireaxe-shard': String(n % 2) });

let fireaxe: InProcess;
let kit: string;
let world: FakeWorld;
let cloud: CloudEndpoint;

beforeEach(async () => {
  fireaxe = new InProcess();
  world = fakeWorld(WORKERS + 3, (machine, n) => {
    Object.assign(machine.tags, shardOf(n), { 'kubernetes.io/cluster/c1': 'owned' });
  });
  world.answer = asNode;
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000, deliveryMs: 1, record: true });
  const nodes = Array.from({ length: WORKERS + 1 }, (_, n) => ({
    ...NODES[n === 0 ? 0 : 1]!,
    name: n === 0 ? 'cp-1' : `n${n}`,
    address: `10.0.1.${n + 1}`,
    instanceId: instanceId(n),
    labels: shardOf(n),
  }));
  kit = cloudKit(cloud.url, {
    files: { 'kit.yaml': KIT, 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) },
  });
});

afterEach(async () => {
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

/** Answers as a node that runs the script, as far as it says which nodes are meant. */
function asNode(id: string, text: string) {
  const value = (name: string) => new RegExp(`^${name}='?([^'\\n]*)`, 'm').exec(text)?.[1];
  const meant = value('FX_MEANT');
  const refused = meant !== undefined && !meant.split(' ').includes(id);
  const state = refused ? { state: 'refused', code: 'wrong-machine' } : { state: 'changed', exit: 0 };
  const result = { fireaxe: 1, nonce: value('FX_NONCE'), op: value('FX_OP'), ...state };
  return { code: refused ? 4 : 0, stdout: `\n${JSON.stringify(result)}\n`, stderr: '' };
}

const exec = async (...words: string[]) => {
  const args = ['exec', '--via', 'ssm', '--reason', 'test', '--yes', '--output', 'json', ...words];
  const ran = await fireaxe.run([...args, '--', 'uptime'], { kit });
  const { verdict, outcomes, apiCalls } = JSON.parse(ran.stdout);
  return { ...ran, verdict, outcomes, apiCalls };
};

it('runs on whole shards by one send, and on no machine that only has their tag', async () => {
  const { code, stderr, outcomes, apiCalls } = await exec('-l', 'role=worker');
  expect(code, stderr).toBe(0);
  expect(outcomes).toHaveLength(WORKERS);
  expect(apiCalls['ssm:SendCommand']).toBe(1);
  expect(cloud.bodies.filter((body) => body.includes('"Targets"'))).toHaveLength(1);
  // Two machines with the tag are not in the fleet: the order reached them, and names others.
  const strangers = world.ran.filter(({ id }) => [WORKERS + 1, WORKERS + 2].map(instanceId).includes(id));
  expect(strangers.map(({ id, text }) => JSON.parse(asNode(id, text).stdout).code)).toEqual([
    'wrong-machine',
    'wrong-machine',
  ]);
  expect(world.ran).toHaveLength(WORKERS + 2);
});

it('names by ids what is not a whole shard, and heeds --parallel', async () => {
  const some = await exec('-l', 'role=worker,name!=n2');
  expect(some.code, some.stderr).toBe(0);
  expect(some.outcomes).toHaveLength(WORKERS - 1);
  expect(some.apiCalls['ssm:SendCommand']).toBe(3);
  const slow = await exec('-l', 'role=worker', '--parallel', '1');
  expect(slow.code, slow.stderr).toBe(0);
  expect(slow.apiCalls['ssm:SendCommand']).toBe(3);
});

it('puts whole shards into a wave', async () => {
  const sends = () => cloud.bodies.filter((body) => body.includes('"Targets"')).length;
  const { code, stderr, apiCalls } = await exec('-l', 'role=worker', '--wave', '50%');
  expect(code, stderr).toBe(0);
  expect([apiCalls['ssm:SendCommand'], sends()]).toEqual([2, 2]);
  // The canary breaks one shard.
  const canary = await exec('-l', 'role=worker', '--canary', '1', '--wave', '60');
  expect(canary.code, canary.stderr).toBe(0);
  expect(sends()).toBe(3);
});

it('runs a real script on the nodes of whole shards, and on no other machine', async () => {
  const root = mkdtempSync(join(tmpdir(), 'fireaxe-shards-'));
  world.exec = (id, lines) =>
    new Promise((resolve) => {
      mkdirSync(join(root, id, 'run'), { recursive: true });
      const script = join(root, id, 'script.sh');
      writeFileSync(script, `${lines.join('\n')}\n`);
      const env = { ...process.env, FIREAXE_ROOT: join(root, id), AWS_SSM_INSTANCE_ID: id };
      execFile('/bin/sh', [script], { env }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });
  const { code, stderr, outcomes, apiCalls } = await exec('-l', 'role=worker', '--timeout', '60s');
  const ran = world.machines
    .filter(({ id }) => existsSync(join(root, id, 'run/fireaxe')))
    .map(({ id }) => id);
  rmSync(root, { recursive: true });
  expect(code, stderr).toBe(0);
  expect(outcomes).toHaveLength(WORKERS);
  expect(ran).toEqual(Array.from({ length: WORKERS }, (_, n) => instanceId(n + 1)));
  expect(apiCalls['ssm:SendCommand']).toBe(1);
}, 60_000);
