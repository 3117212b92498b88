import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import type { FleetSnapshot } from '../../src/fleet/types.ts';
import { fakeWorld } from '../drill/cloud/fake-world.ts';
import { InProcess } from './in-process.ts';
import { typing } from './typing.ts';

let cli: InProcess;
let count = 0;
let kit = '';
beforeAll(() => {
  cli = new InProcess();
});
afterAll(() => cli?.close());

/** A new kit, as kit init makes it. */
async function newKit(...flags: string[]): Promise<void> {
  kit = join(cli.directory, `kit-${count++}`);
  expect((await cli.run(['kit', 'init', kit, '-c', 'c1', '--agent', ...flags])).stderr).toContain('next:');
}
const write = (name: string, text: string): string => {
  const path = join(cli.directory, name);
  writeFileSync(path, text);
  return path;
};
const take = (...words: string[]) => cli.run(['kit', 'import', ...words], { kit });
const takeCsv = (text: string, ...words: string[]) => take('--csv', write('nodes.csv', text), ...words);
const fleet = (): FleetSnapshot => JSON.parse(readFileSync(join(kit, 'fleet/c1.json'), 'utf8'));
const edit = (change: (fleet: FleetSnapshot) => void): void => {
  const now = fleet();
  change(now);
  writeFileSync(join(kit, 'fleet/c1.json'), JSON.stringify(now));
};
const THREE = 'name,address,roles\ncp-1,10.0.0.11,control-plane\nn1,10.0.0.21,worker\nn2,10.0.0.22,\n';

describe('kit import', () => {
  it('puts real nodes in place of the examples, after showing them', async () => {
    await newKit();
    const { code, stdout, stderr } = await takeCsv(THREE, '--yes');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.split('\n')).toEqual([
      '- example-cp-1  192.0.2.11  control-plane,etcd',
      '- example-n1  192.0.2.21  worker',
      '- example-n2  192.0.2.22  worker',
      '+ cp-1  10.0.0.11  control-plane',
      '+ n1  10.0.0.21  worker',
      '+ n2  10.0.0.22  worker',
      'c1: 3 nodes from csv:nodes.csv: 3 new, 3 gone',
      '',
    ]);
    expect(fleet()).toMatchObject({
      source: 'csv:nodes.csv',
      nodes: [{ name: 'cp-1' }, { name: 'n1' }, { name: 'n2' }],
    });
    expect((await cli.run(['nodes'], { kit })).code).toBe(0);
    for (const file of ['fleet/c1.json', 'imports/c1/csv.json'])
      expect((statSync(join(kit, file)).mode & 0o777).toString(8)).toBe('600');
    expect(readdirSync(join(kit, 'fleet'))).toEqual(['c1.json']);
  });

  it('asks first; without a terminal it names --yes; --dry-run writes nothing', async () => {
    await newKit();
    const before = readFileSync(join(kit, 'fleet/c1.json'), 'utf8');
    expect(await takeCsv(THREE)).toMatchObject({ code: 5, stderr: expect.stringContaining('add --yes') });
    expect(await takeCsv(THREE, '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('+ cp-1'),
    });
    const io = typing([], { ...cli.env, FIREAXE_KIT: kit });
    (io.stdin as PassThrough).end('n\n');
    expect(await runCommandLine(['kit', 'import', '--csv', join(cli.directory, 'nodes.csv')], io)).toBe(5);
    expect(io.said()).toContain('Write 3 nodes to');
    expect(readFileSync(join(kit, 'fleet/c1.json'), 'utf8')).toBe(before);
    expect(existsSync(join(kit, 'imports'))).toBe(false);
  });

  it('keeps what was written by hand, and takes over what the source changed', async () => {
    await newKit();
    await takeCsv(THREE, '--yes');
    edit(({ nodes }) => {
      Object.assign(nodes[1]!, { port: 2222, address: '10.9.9.9', labels: { team: 'a' } });
      nodes.push({ name: 'hand-1', cluster: 'c1', roles: ['worker'], address: '10.0.0.99', labels: {} });
    });
    const changed = 'name,address,roles\ncp-1,10.0.0.12,control-plane\nn1,10.0.0.31,worker\nn4,10.0.0.24,\n';
    const { stdout } = await takeCsv(changed, '--yes');
    expect(stdout.split('\n')).toEqual([
      '- n2  10.0.0.22  worker',
      '+ n4  10.0.0.24  worker',
      '~ cp-1  address: 10.0.0.11 → 10.0.0.12',
      '= n1  address: 10.9.9.9 stays (by hand); the source has 10.0.0.31',
      '= hand-1  stays: not from this source',
      'c1: 4 nodes from csv:nodes.csv: 1 new, 1 gone, 1 changed',
      '',
    ]);
    expect(fleet().nodes).toMatchObject([
      { name: 'cp-1', address: '10.0.0.12' },
      { name: 'n1', address: '10.9.9.9', port: 2222, labels: { team: 'a' } },
      { name: 'hand-1' },
      { name: 'n4' },
    ]);
    expect((await takeCsv(changed, '--yes', '--replace')).stdout).toContain('- hand-1');
    expect(fleet().nodes.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'cp-1 10.0.0.12',
      'n1 10.0.0.31',
      'n4 10.0.0.24',
    ]);
  });

  it('without a change renews the age of the snapshot, and asks nothing', async () => {
    await newKit();
    await takeCsv(THREE, '--yes');
    edit((now) => {
      now.takenAt = '2020-01-01T00:00:00Z';
    });
    expect(await takeCsv(THREE)).toMatchObject({
      code: 0,
      stdout: 'c1: 3 nodes from csv:nodes.csv: nothing changes\n',
    });
    expect(Date.parse(fleet().takenAt)).toBeGreaterThan(Date.now() - 600_000);
  });

  it('joins what two sources know of the same nodes', async () => {
    await newKit();
    const node = (name: string, ip: string) => ({
      metadata: { name, labels: { pool: 'a' } },
      status: {
        addresses: [{ type: 'InternalIP', address: ip }],
        nodeInfo: { machineID: '0'.repeat(31) + ip.at(-1) },
      },
    });
    const list = write(
      'k.json',
      JSON.stringify({ items: [node('cp-1', '10.0.0.11'), node('n1', '10.0.0.21')] }),
    );
    await take('--kubectl', list, '--yes', '--role', 'control-plane=cp-*');
    const ini = write(
      'hosts.ini',
      '[all:vars]\nansible_user=core\n[web]\ncp-1 ansible_host=10.0.0.11 ansible_port=2200\n',
    );
    expect(await take('--ansible', ini, '--yes')).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('gone'),
    });
    expect(fleet().nodes).toMatchObject([
      {
        name: 'cp-1',
        roles: ['control-plane'],
        user: 'core',
        port: 2200,
        machineId: `${'0'.repeat(31)}1`,
        labels: { pool: 'a' },
      },
      { name: 'n1', roles: ['worker'] },
    ]);
  });

  it('refuses a source without the control plane that it had', async () => {
    await newKit();
    await takeCsv(THREE, '--yes');
    const { code, stderr } = await takeCsv('name,address\nn1,10.0.0.21\n', '--yes');
    expect(code).toBe(7);
    expect(stderr).toContain('no longer shows a control-plane node');
    expect(fleet().nodes).toHaveLength(3);
  });

  it('names every mistake with file, line and column, and writes nothing', async () => {
    await newKit('--jump', 'jump@203.0.113.5');
    const before = readFileSync(join(kit, 'fleet/c1.json'), 'utf8');
    const hostile = `[all]
a/b ansible_host=10.0.0.1
-oProxyCommand=x ansible_host=10.0.0.2
twin ansible_host=::ffff:10.0.0.1
'$(reboot)' ansible_host=10.0.0.4
n5 ansible_host="no such name"
n6 ansible_host=10.0.0.6 ansible_ssh_common_args="-J other@203.0.113.9:2200"
`;
    const file = write('hosts.ini', hostile);
    const { code, stderr } = await take('--ansible', file, '--yes');
    expect(code).toBe(2);
    for (const words of [
      '2:1: "a/b" is not a node name',
      '3:1: "-oProxyCommand=x" is not a node name',
      "4:1: twin: 10.0.0.1 port 22 is already a/b's",
      '5:1: "$(reboot)" is not a node name',
      '6:1: "no such name" is neither an IP address nor a host name',
      '7:1: the jump host 203.0.113.9 is not a bastion of the cluster',
    ])
      expect(stderr).toContain(`${file}:${words}`);
    expect(stderr).toContain('bastion-a: { address: 203.0.113.9, port: 2200, user: other }');
    expect(readFileSync(join(kit, 'fleet/c1.json'), 'utf8')).toBe(before);
  });

  it('takes the bastion of the kit for the jump host that it is', async () => {
    await newKit('--jump', 'jump@203.0.113.5');
    const config = write(
      'config',
      'Host a b\n  HostName 10.0.0.1\nHost a\n  ProxyJump jump@203.0.113.5\nHost b\n  Port 2200\n',
    );
    expect(await take('--ssh-config', config, '--yes', '--role', 'control-plane=a')).toMatchObject({
      code: 0,
    });
    expect(fleet().nodes).toMatchObject([
      { name: 'a', roles: ['control-plane'] },
      { name: 'b', port: 2200 },
    ]);
    expect(fleet().nodes[0]).not.toHaveProperty('jump');
  });

  it.each([
    [[], 'nothing to import from'],
    [['--csv', 'a', '--ec2'], 'one source at a time, not --csv and --ec2'],
    [['--csv', '/'], 'a directory, not a file'],
    [['--csv', '/nowhere'], 'the file cannot be read (ENOENT)'],
    [['--ec2'], 'has no cloud'],
    [['--csv', '/etc/hostname', '--role', 'king=x'], 'not a role of hosts'],
  ])('refuses %j', async (words, message) => {
    await newKit();
    expect(await take(...words, '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });

  it('tells mistakes of rows, names and addresses in one go, each once', async () => {
    await newKit();
    const rows = [
      'n1,10.0.0.1,king',
      'n/2,10.0.0.2,',
      'n3,10.0.0.1,',
      'n4,no host,',
      'n1,10.0.0.1,',
      ',,worker',
    ];
    const { code, stderr } = await takeCsv(['name,address,role', ...rows].join('\n'), '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('6 mistakes');
    for (const [line, mistake] of Object.entries({
      2: 'unknown role "king"',
      3: '"n/2" is not a node name',
      4: "10.0.0.1 port 22 is already n1's",
      5: '"no host" is neither an IP address nor a host name',
      6: 'n1 is there twice',
      7: 'no name',
    }))
      expect(stderr).toMatch(new RegExp(`nodes\\.csv:${line}:\\d+: .*${mistake.replaceAll('/', '\\/')}`));
  });

  it('names what --only could have meant', async () => {
    await newKit();
    const ini = write('hosts.ini', '[web]\na1 ansible_host=10.0.0.1\n');
    expect((await take('--ansible', ini, '--only', 'wob')).stderr).toMatch(
      /no host and no group matches wob[\s\S]*groups all, web/,
    );
    expect(await take('--ansible', ini, '--only', 'web', '--yes')).toMatchObject({ code: 0 });
  });

  it('takes 7,500 nodes, and folds what it shows', async () => {
    await newKit();
    const rows = Array.from({ length: 7_500 }, (_, i) => `n${i},10.1.${i >> 8}.${i & 255}`);
    const { code, stdout } = await takeCsv(`name,address\n${rows.join('\n')}\n`, '--yes');
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(50);
    expect(stdout).toContain('+ and 7470 more: n[30-7499]');
    expect(fleet().nodes).toHaveLength(7_500);
    const again = rows.map((row) => `${row} x`).join('\n');
    const { stderr } = await takeCsv(`name,address\n${again}\n`, '--yes');
    expect(stderr).toMatch(/7500 mistakes|and 7480 more/);
  });

  it('asks kubectl with a context, and passes on what it says', async () => {
    await newKit();
    const bin = join(cli.directory, `bin-${count}`);
    mkdirSync(bin);
    const list = {
      items: [
        { metadata: { name: 'n1' }, status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } },
      ],
    };
    const script = `#!/bin/sh
[ "$*" = 'get nodes -o json --context=it'\\''s --request-timeout=30s' ] || { echo "error: no context $*" >&2; exit 1; }
echo '${JSON.stringify(list)}'
`;
    writeFileSync(join(bin, 'kubectl'), script, { mode: 0o755 });
    const ask = (context: string, PATH: string) =>
      cli.run(['kit', 'import', '--context', context, '--yes'], { kit, env: { PATH } });
    expect(await ask("it's", `${bin}:/usr/bin:/bin`)).toMatchObject({ code: 0 });
    expect(fleet()).toMatchObject({ source: "context:it's", nodes: [{ name: 'n1', address: '10.0.0.1' }] });
    expect(await ask('other', `${bin}:/usr/bin:/bin`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('kubectl failed: error: no context get nodes'),
    });
    expect(await ask('x', '/nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('kubectl is not installed'),
    });
  });

  it('takes over what EC2 has, as nodes --discover does', async () => {
    const world = fakeWorld(3, (machine, n) => {
      Object.assign(machine.tags, { 'kubernetes.io/cluster/c1': 'owned', Name: `node-${n}` });
      if (n === 0) machine.tags['k8s.io/role/control-plane'] = '1';
    });
    const cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
    try {
      await newKit('--region', 'us-west-2', '--profile', 'lab');
      mkdirSync(join(kit, 'aws'), { mode: 0o700 });
      writeFileSync(
        join(kit, 'aws/config'),
        `[profile lab]\nregion = us-west-2\nendpoint_url = ${cloud.url}\n`,
      );
      const keys = '[lab]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n';
      writeFileSync(join(kit, 'aws/credentials'), keys, { mode: 0o600 });
      const first = await take('--ec2', '--yes');
      expect(first).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('3 nodes from ec2:us-west-2: 3 new, 3 gone'),
      });
      edit(({ nodes }) => Object.assign(nodes[1]!, { port: 2222 }));
      const again = await take('--ec2', '--yes');
      expect(again.stdout).toBe('c1: 3 nodes from ec2:us-west-2: nothing changes\n');
      expect(fleet().nodes[1]).toMatchObject({ port: 2222 });
    } finally {
      await cloud.close();
    }
  });
});
