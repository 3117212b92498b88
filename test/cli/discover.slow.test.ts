import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { InProcess } from './in-process.ts';

const nothing = async () => {};
const instance = (n: number) => ({
  id: `i-0000000000000000${n}`,
  type: 'm6i.large',
  state: 'running' as const,
  tags: {
    'kubernetes.io/cluster/prod': 'owned',
    Name: `node-${n}`,
    ...(n === 1 ? { 'k8s.io/role/control-plane': '1' } : {}),
  },
  privateIp: `10.0.0.${n}`,
  zone: 'us-west-2a',
  ssm: 'online' as const,
});
let there = [1, 2, 3];
const world = {
  instances: () => there.map(instance),
  exec: async () => ({ code: 0, stdout: '', stderr: '' }),
  stop: nothing,
  start: nothing,
  retype: () => {},
};

let cli: InProcess;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let kit = '';
beforeAll(async () => {
  cli = new InProcess();
  cloud = await createCloudEndpoint(world);
  kit = join(cli.directory, 'kit');
  mkdirSync(join(kit, 'aws'), { recursive: true });
  const files = {
    'kit.yaml': 'schemaVersion: 1\nclusters:\n  prod:\n    cloud: { profile: lab, region: us-west-2 }\n',
    'aws/config': `[profile lab]\nregion = us-west-2\nendpoint_url = ${cloud.url}\n`,
    'aws/credentials': '[lab]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(kit, name), text, { mode: 0o600 });
  for (const dir of [kit, join(kit, 'aws')]) chmodSync(dir, 0o700);
});
afterAll(async () => {
  await cloud?.close();
  cli?.close();
});

const fireaxe = (...args: string[]) => cli.run(args, { kit });

it('finds the fleet in EC2, and saves it only with --save', async () => {
  const seen = await fireaxe('nodes', '--discover', '--output', 'json');
  expect(seen.stderr).toContain('new: node-[1-3]');
  expect(seen.stderr).not.toContain('snapshot of prod is');
  expect(JSON.parse(seen.stdout)).toMatchObject({ count: 3 });
  expect(existsSync(join(kit, 'fleet/prod.json'))).toBe(false);

  expect((await fireaxe('nodes')).code).toBe(2);
  expect((await fireaxe('nodes', '--discover', '--save')).code).toBe(0);
  expect(JSON.parse(readFileSync(join(kit, 'fleet/prod.json'), 'utf8')).nodes).toHaveLength(3);
  const after = await fireaxe('nodes', '-l', 'role=control-plane', '--output', 'json');
  expect(JSON.parse(after.stdout).nodes.map((n: { name: string }) => n.name)).toEqual(['node-1']);
});

it('does not save a fleet without a control-plane node, as after lost tags', async () => {
  there = [2, 3];
  expect((await fireaxe('nodes', '--discover')).code).toBe(0);
  const { code, stderr } = await fireaxe('nodes', '--discover', '--save');
  expect(code).toBe(7);
  expect(stderr).toMatch(/no longer shows a control-plane node[\s\S]*fleet\/prod.json[\s\S]*such as node-1/);
  expect(JSON.parse(readFileSync(join(kit, 'fleet/prod.json'), 'utf8')).nodes).toHaveLength(3);
});

it('keeps the shard tag of the kit as a label', async () => {
  const file = join(kit, 'kit.yaml');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace('us-west-2 }', 'us-west-2, shardTag: Name }'));
  const { stdout } = await fireaxe('nodes', '--discover', '--output', 'json');
  writeFileSync(file, before);
  expect(JSON.parse(stdout).nodes[0].labels).toMatchObject({ Name: 'node-2' });
});

it('refuses --save without --discover', async () => {
  const { code, stderr } = await fireaxe('nodes', '--save');
  expect(code).toBe(2);
  expect(stderr).toContain('--discover');
});

it('refuses two machines with one address, and leaves the snapshot as it was', async () => {
  const before = readFileSync(join(kit, 'fleet/prod.json'), 'utf8');
  there = [1, 2, 3];
  world.instances = () => there.map(instance).map((one) => ({ ...one, privateIp: '10.0.0.9' }));
  const { code, stderr } = await fireaxe('nodes', '--discover', '--save');
  world.instances = () => there.map(instance);
  expect([code, stderr]).toEqual([7, expect.stringMatching(/two instances have the address 10\.0\.0\.9/)]);
  expect(readFileSync(join(kit, 'fleet/prod.json'), 'utf8')).toBe(before);
});

const EXEC = ['exec', '--all', '--via', 'ssm', '--reason', 'test', '--yes'];

it.each([
  ['exec', [...EXEC, '--', 'true']],
  ['exec --dry-run', [...EXEC, '--dry-run', '--', 'true']],
  ['look', ['look', '--all', '--via', 'ssm', '--', 'true']],
])('%s ends with 4 where credentials alone kept it from every node', async (_name, words) => {
  cloud.faults.refuse.SendCommand = 'UnrecognizedClientException';
  const { code, stderr, stdout } = await fireaxe(...words);
  delete cloud.faults.refuse.SendCommand;
  expect(code, stderr + stdout).toBe(4);
  expect(stderr + stdout).toMatch(/next: .*aws sts get-caller-identity --profile lab/);
});

it.each([['probe'], ['status'], ['who'], ['runs', '--on-nodes']])(
  '%s ends with 4 where credentials alone kept it from every node',
  async (...words) => {
    const file = join(kit, 'kit.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('prod:\n', 'prod:\n    via: [ssm]\n'));
    cloud.faults.refuse.SendCommand = 'UnrecognizedClientException';
    const { code, stderr } = await fireaxe(...words);
    delete cloud.faults.refuse.SendCommand;
    writeFileSync(file, before);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(
      /no target could be reached[\s\S]*next: .*aws sts get-caller-identity --profile lab/,
    );
  },
);

it('counts the calls to AWS of a run', async () => {
  const { code, stdout, stderr } = await fireaxe(...EXEC, '--output', 'json', '--', 'true');
  expect(code, stderr).toBe(3);
  // The machines of this cloud answer nothing: their receipts are read, too.
  expect(JSON.parse(stdout).apiCalls).toMatchObject({
    'ssm:SendCommand': expect.any(Number),
    'ssm:ListCommands': expect.any(Number),
  });
  expect(stderr).toMatch(/AWS calls: ssm:SendCommand \d+, /);
});

it('takes another AWS profile for one command', async () => {
  const { code, stderr } = await fireaxe('nodes', '--discover', '--profile', 'other');
  expect([code, stderr]).toEqual([4, expect.stringContaining('profile other')]);
});

it('looks over the next transport where the answer of SSM was lost', async () => {
  cloud.faults.beforeAcceptance.SendCommand = 1000;
  const words = ['look', '--nodes', 'node-1', '--via', 'ssm,local', '--', 'echo seen'];
  const { code, stdout, stderr } = await fireaxe(...words);
  delete cloud.faults.beforeAcceptance.SendCommand;
  // This machine is not node-1, and refuses: the transport after SSM was tried.
  expect([code, stdout], stderr).toEqual([
    3,
    expect.stringMatching(/before: ssm: the answer to SendCommand was lost/),
  ]);
}, 20_000);
