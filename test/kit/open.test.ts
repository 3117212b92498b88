import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openKit } from '../../src/kit/open.ts';
import { targetsOf } from '../../src/kit/targets.ts';
import { clocksOf, timeoutsOf } from '../../src/kit/timeouts.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from './make-kit.ts';

const kits: string[] = [];
function kit(files: Record<string, string> = {}): string {
  const path = makeKit(files);
  kits.push(path);
  return path;
}
afterAll(() => {
  for (const path of kits) rmSync(path, { recursive: true });
});

const error = (fields: object) => expect.objectContaining(fields);

describe('opening a kit', () => {
  it('fills in what is usual', async () => {
    const path = kit({ 'playbooks/own.yaml': 'x: 1\n' });
    const opened = await openKit(path);
    expect(opened).toMatchObject({
      path,
      policy: { maxFailures: '5%', planMaxAgeMs: 900_000, fleetMaxAgeMs: 7 * 86_400_000 },
      knownHosts: [join(path, 'known_hosts')],
      playbooks: { own: join(path, 'playbooks/own.yaml') },
    });
    expect(opened.clusters.c1).toMatchObject({
      ssh: { user: 'core', port: 22, identity: join(path, 'keys/id'), useAgent: false, sudo: true },
      via: ['ssh'],
      kubernetes: { apiserverPort: 6443, alwaysAllow: [] },
      bastions: { b1: { address: '203.0.113.5', port: 22, user: 'core', identity: join(path, 'keys/id') } },
    });
    expect(opened.clusters.c1!.kubernetes.kubeconfigs[0]).toBe('/etc/kubernetes/super-admin.conf');
  });

  it('prefers SSM where there is a cloud and an instance id, and SSH elsewhere', async () => {
    const yaml = KIT_YAML.replace('    bastions:', '    cloud: { region: us-west-2 }\n    bastions:');
    const nodes = [
      { ...NODES[0], instanceId: 'i-0123456789abcdef0' },
      { ...NODES[1], jump: 'b1', user: 'root' },
    ];
    const opened = await openKit(kit({ 'kit.yaml': yaml, 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) }));
    const [cp, n1] = targetsOf(opened.clusters.c1!);
    expect(cp).toMatchObject({ via: ['ssm', 'ssh'], cloud: { region: 'us-west-2' }, ssh: { sudo: true } });
    expect(cp!.ssh.jump).toBeUndefined();
    expect(n1).toMatchObject({ via: ['ssh'], port: 1, internalAddress: '127.0.0.2' });
    expect(n1!.ssh).toMatchObject({ user: 'root', sudo: false, jump: { name: 'b1' } });
  });

  it('says which instances of EC2 are a cluster’s', async () => {
    const discover =
      "{ filters: { 'tag:env': [prod] }, roles: [{ tag: team, value: 'control*', roles: [etcd] }], labels: [team] }";
    const cloud = `    cloud: { region: us-west-2, discover: ${discover} }\n`;
    const yaml = KIT_YAML.replace('    bastions:', `${cloud}    bastions:`);
    const { c1 } = (await openKit(kit({ 'kit.yaml': yaml }))).clusters;
    expect(c1!.discover).toEqual({
      filters: [{ name: 'tag:env', values: ['prod'] }],
      roleRules: [{ key: 'team', value: 'control*', roles: ['etcd'] }],
      labelTags: ['team'],
      address: 'private',
    });
  });

  it('has the timeouts that it says, and the others by default', async () => {
    const opened = await openKit(
      kit({
        'kit.yaml': KIT_YAML.replace(
          '    bastions:',
          '    timeouts: { login: 45s, retry: 0s }\n    bastions:',
        ),
      }),
    );
    const { c1 } = opened.clusters;
    expect(c1!.timeouts).toEqual({ loginMs: 45_000, retryMs: 0 });
    expect(timeoutsOf(c1!)).toMatchObject({
      connectMs: 15_000,
      loginMs: 45_000,
      scriptMs: 60_000,
      retryMs: 0,
    });
    expect(clocksOf(timeoutsOf(c1!), 60_000, 20_000)).toEqual({
      connectMs: 15_000,
      loginMs: 20_000,
      runMs: 20_000,
      retryMs: 0,
      wholeMs: 20_000,
    });
  });

  it('is the same by a symbolic link, with its runs left out of the checks', async () => {
    const path = kit({ 'kit.yaml': `state: runs\n${KIT_YAML}`, 'runs/r1/journal.ndjson': '' });
    chmodSync(join(path, 'runs/r1/journal.ndjson'), 0o666);
    symlinkSync(path, `${path}-link`);
    const opened = await openKit(`${path}-link`);
    rmSync(`${path}-link`);
    expect(opened).toMatchObject({ path, stateDir: join(path, 'runs') });
  });

  it('says where a kit could be when there is none', async () => {
    await expect(openKit('/nowhere')).rejects.toEqual(
      error({ kind: 'usage', next: expect.stringMatching(/--kit.*FIREAXE_KIT.*fireaxe kit init/) }),
    );
  });
});

describe('mistakes in kit.yaml are refused with their place', () => {
  it.each([
    ['an unknown key', KIT_YAML.replace('ssh:', 'shs:'), '4:5', 'unknown key shs', 'perhaps ssh'],
    [
      'an unknown key deep inside',
      KIT_YAML.replace('identity:', 'identiy:'),
      '4:24',
      'identiy',
      'perhaps identity',
    ],
    ['a duplicate key', `${KIT_YAML}policy: {}\n`, '9:1', 'unique', undefined],
    ['an alias', KIT_YAML.replace('{ user: core', '&a { user: core'), '4:', 'anchors', undefined],
    ['broken YAML', KIT_YAML.replace('keys/id }', 'keys/id'), '5:', '', undefined],
    ['a wrong type', KIT_YAML.replace('user: core', 'user: [core]'), '4:18', 'ssh.user', undefined],
    [
      'a login that is an option',
      KIT_YAML.replace('user: core', 'user: -oProxyCommand=x'),
      '4:18',
      'login',
      undefined,
    ],
    [
      'a timeout of nothing',
      KIT_YAML.replace('    bastions:', '    timeouts: { login: 0s }\n    bastions:'),
      '5:24',
      'not from 1s to 24h',
      undefined,
    ],
    [
      'a host name',
      KIT_YAML.replace('203.0.113.5', 'bastion.example.com'),
      '6:22',
      'not an IP address',
      undefined,
    ],
    [
      'a cloud without a region',
      KIT_YAML.replace('    bastions:', '    cloud: { profile: p }\n    bastions:'),
      '5:12',
      'missing region',
      undefined,
    ],
    ...['fe80::1%eth0', 'fe80::/10%eth0', '10.0.0.0/33'].map(
      (range): [string, string, string, string, undefined] => [
        `an allow list that no firewall takes: ${range}`,
        KIT_YAML.replace('    bastions:', `    kubernetes: { alwaysAllow: ["${range}"] }\n    bastions:`),
        '5:33',
        'not an IP address or CIDR',
        undefined,
      ],
    ),
    ['a wrong amount', KIT_YAML.replace('5%', '5x'), '8:16', 'amount', undefined],
    [
      'another version',
      KIT_YAML.replace('schemaVersion: 1', 'schemaVersion: 2'),
      '1:16',
      'schemaVersion 1',
      undefined,
    ],
    ['a tab', KIT_YAML.replace('    ssh', '\tssh'), '4:', '', undefined],
  ])('%s', async (_, yaml, place, message, expected) => {
    const path = kit({ 'kit.yaml': yaml });
    await expect(openKit(path)).rejects.toEqual(
      error({
        kind: 'usage',
        place: expect.stringContaining(`${path}/kit.yaml:${place}`),
        message: expect.stringContaining(message),
        ...(expected ? { expected } : {}),
      }),
    );
  });

  it('names a missing key file', async () => {
    const path = kit({ 'kit.yaml': KIT_YAML.replace('keys/id', 'keys/other') });
    await expect(openKit(path)).rejects.toEqual(
      error({ kind: 'credentials', message: 'keys/other does not exist', place: `${path}/kit.yaml:4:34` }),
    );
  });
});

describe('mistakes in a fleet are refused with their place', () => {
  const withNode = (change: object) =>
    JSON.stringify(
      fleetOf([
        { ...NODES[0]!, instanceId: 'i-00000000000000001' },
        { ...NODES[1], ...change },
      ]),
      null,
      1,
    );
  it.each([
    ['a name that is an option', { name: '-oProxyCommand=x' }, 'not a node name'],
    ['metacharacters in a name', { name: 'n1;reboot' }, 'not a node name'],
    ['a host name for an address', { address: 'n1.example.com' }, 'not an IP address'],
    ['an octal-looking address', { address: '010.0.0.1' }, 'not an IP address'],
    ['an unknown role', { roles: ['master'] }, 'roles'],
    ['the same name twice', { name: 'cp-1' }, 'cp-1 is already nodes.0'],
    ['the same door twice', { address: '127.0.0.1' }, "already cp-1's"],
    ['the same door, hidden in IPv6', { address: '::ffff:127.0.0.1' }, "already cp-1's"],
    ['the same machine twice', { instanceId: 'i-00000000000000001' }, "already cp-1's"],
    ['an address that means this machine', { address: '0.0.0.0' }, 'not the address of a node'],
    ['the same in IPv6', { address: '::' }, 'not the address of a node'],
    ['an unknown key', { lables: {} }, 'unknown key lables'],
    ['an unknown bastion', { jump: 'b9' }, 'unknown bastion b9'],
    ['a bastion that every object has', { jump: 'constructor' }, 'unknown bastion constructor'],
    ['another cluster', { cluster: 'c2' }, 'c2 is not c1'],
  ])('%s', async (_, change, message) => {
    await expect(openKit(kit({ 'fleet/c1.json': withNode(change) }))).rejects.toEqual(
      error({
        kind: 'usage',
        message: expect.stringContaining(message),
        place: expect.stringMatching(/c1\.json:/),
      }),
    );
  });

  it('gives line and column of a mistake in JSON', async () => {
    const path = kit({ 'fleet/c1.json': '{\n "schemaVersion": 1,\n "cluster" "c1"\n}' });
    await expect(openKit(path)).rejects.toEqual(
      error({ kind: 'usage', place: expect.stringMatching(/c1\.json:3:\d/) }),
    );
  });

  it('knows the same IPv6 address in two spellings', async () => {
    const nodes = [
      { ...NODES[0], address: '2001:db8::1' },
      { ...NODES[1], address: '2001:db8:0:0::1' },
    ];
    await expect(openKit(kit({ 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) }))).rejects.toEqual(
      error({ message: expect.stringContaining("already cp-1's") }),
    );
  });
});

describe('loose permissions are refused', () => {
  it.each([
    ['a key that others may read', 'keys/id', 0o644, 'chmod 600'],
    ['a key directory that others may enter', 'keys', 0o755, 'chmod 700'],
    ['a file that the group may write', 'known_hosts', 0o664, 'chmod go-w'],
    ['a directory that anybody may write', 'fleet', 0o777, 'chmod go-w'],
    ['the kit itself', '.', 0o777, 'chmod go-w'],
  ])('%s', async (_, name, mode, next) => {
    const path = kit();
    chmodSync(join(path, name), mode);
    await expect(openKit(path)).rejects.toEqual(
      error({
        kind: 'credentials',
        message: expect.stringContaining(join(path, name)),
        next: expect.stringContaining(`${next} ${join(path, name)}`),
      }),
    );
  });

  it('names every file and one chmod for each mode', async () => {
    const path = kit({ 'aws/credentials': 'x' });
    chmodSync(join(path, 'keys/id'), 0o640);
    chmodSync(join(path, 'aws/credentials'), 0o644);
    chmodSync(join(path, 'kit.yaml'), 0o666);
    const { next } = await openKit(path).catch((e) => e);
    expect(next.split(' && ').sort()).toEqual([
      `chmod 600 ${path}/aws/credentials ${path}/keys/id`,
      `chmod go-w ${path}/kit.yaml`,
    ]);
  });

  it('takes public keys that others may read', async () => {
    const path = kit({ 'keys/id.pub': 'ssh-ed25519 AAAA' });
    chmodSync(join(path, 'keys/id.pub'), 0o644);
    await expect(openKit(path)).resolves.toBeDefined();
  });

  it('refuses a kit in a directory where anyone may put another, but for a sticky one', async () => {
    const path = kit();
    const above = realpathSync(mkdtempSync(join(tmpdir(), 'fireaxe-open-')));
    renameSync(path, join(above, 'kit'));
    chmodSync(above, 0o777);
    await expect(openKit(join(above, 'kit'))).rejects.toEqual(
      error({ kind: 'credentials', next: `chmod go-w ${above}` }),
    );
    chmodSync(above, 0o1777);
    await expect(openKit(join(above, 'kit'))).resolves.toBeDefined();
    renameSync(join(above, 'kit'), path);
    rmSync(above, { recursive: true });
  });

  it('refuses what others may write outside of the kit too: an ssh_config can name commands', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'fireaxe-open-')));
    const config = join(outside, 'ssh_config');
    writeFileSync(config, '');
    chmodSync(config, 0o666);
    await expect(openKit(kit({ 'kit.yaml': `${KIT_YAML}sshConfig: ${config}\n` }))).rejects.toEqual(
      error({ kind: 'credentials', next: `chmod go-w ${config}` }),
    );
    rmSync(outside, { recursive: true });
  });

  it('refuses an identity that is a directory', async () => {
    const path = kit({ 'kit.yaml': KIT_YAML.replace('keys/id', 'keys') });
    await expect(openKit(path)).rejects.toEqual(error({ kind: 'usage', message: 'keys is not a file' }));
  });

  it('refuses a symbolic link out of the kit, and takes one within', async () => {
    const path = kit();
    symlinkSync('id', join(path, 'keys/other'));
    await expect(openKit(path)).resolves.toBeDefined();
    mkdirSync(join(path, 'more'), { mode: 0o700 });
    symlinkSync('/etc/hostname', join(path, 'more/out'));
    await expect(openKit(path)).rejects.toEqual(
      error({ kind: 'credentials', message: expect.stringContaining('leads out of the kit') }),
    );
  });
});
