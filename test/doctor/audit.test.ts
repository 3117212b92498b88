import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cloudParts } from '../../src/doctor/audit/cloud.ts';
import { commandParts } from '../../src/doctor/audit/command.ts';
import { bastionNeeds, sshConfigParts } from '../../src/doctor/audit/logins.ts';
import { type Machine, machineParts } from '../../src/doctor/audit/machine.ts';
import { placesOf } from '../../src/doctor/audit/places.ts';
import {
  mountOf,
  parseHosts,
  parseMounts,
  parseResolvers,
  parseRoutes,
  readMachine,
  serverOf,
} from '../../src/doctor/audit/read-machine.ts';
import { scriptsOf } from '../../src/doctor/audit/scripts.ts';
import { type Lookup, together, trace } from '../../src/doctor/audit/trace.ts';
import { wordsOf } from '../../src/doctor/audit/words.ts';
import type { FleetNode } from '../../src/fleet/types.ts';
import type { ClusterKit, Target } from '../../src/kit/types.ts';

const node = (name: string, address: string, more: Partial<FleetNode> = {}): FleetNode => ({
  name,
  cluster: 'prod-1',
  roles: ['worker'],
  address,
  labels: {},
  ...more,
});
const NODES = [
  node('cp-1', '10.0.0.11', { roles: ['control-plane'], machineId: 'm1' }),
  node('n1', '2001:db8::0:1', { internalAddress: '10.0.0.21' }),
  node('lab', '127.0.0.1', { machineId: 'm2' }),
  node('behind-1', '203.0.113.9', { port: 2201 }),
  node('behind-2', '203.0.113.9', { port: 2202 }),
];
const places = placesOf([
  { name: 'prod-1', nodes: NODES, apiAddress: '10.0.9.1', dns: ['10.96.0.53'], domain: 'k8s.example' },
]);

describe('what a host is to a cluster', () => {
  it.each([
    ['10.0.0.11', 'node cp-1 of prod-1'],
    ['CP-1', 'node cp-1 of prod-1'],
    ['2001:db8::1', 'node n1 of prod-1'],
    ['10.0.0.21', 'node n1 of prod-1'],
    ['::ffff:10.0.0.11', 'node cp-1 of prod-1'],
    ['10.0.9.1', 'the API of prod-1'],
    ['10.96.0.53', 'the DNS of prod-1'],
    ['vault.ops.k8s.example.', 'a name of prod-1, which only its own DNS knows'],
    ['vault.ops.svc', 'a name of a service, which only the DNS of a cluster knows'],
    ['vault.ops.svc.cluster.local', 'a name of a service, which only the DNS of a cluster knows'],
    ['169.254.170.23', 'the EKS Pod Identity agent of a node'],
    // A lab on this machine, a forwarder with a port for each node, and what is elsewhere.
    ['127.0.0.1', undefined],
    ['203.0.113.9', undefined],
    ['198.51.100.7', undefined],
    ['bastion.example.com', undefined],
    ['k8s.example', undefined],
    ['svc.example.com', undefined],
  ])('%s: %s', (host, what) => expect(places(host)).toBe(what));
});

describe('the trace of a host', () => {
  const need = { clusters: ['prod-1'], chain: ['bastion b1'], host: 'b1.example.com', mend: 'move it' };
  const by = (lookup: Lookup) => trace(need, places, new Map([[need.host, lookup]]));
  const OUT = '192.0.2.53';

  it.each<[string, Lookup, string | undefined, 'red' | 'amber' | undefined]>([
    [
      'is found outside',
      { hosts: [], answers: [{ server: OUT, addresses: ['198.51.100.7'] }] },
      undefined,
      undefined,
    ],
    ['is in the hosts file', { hosts: ['198.51.100.7'], answers: [] }, undefined, undefined],
    [
      'is a node, by the hosts file',
      { hosts: ['10.0.0.11'], answers: [] },
      'b1.example.com is 10.0.0.11: node cp-1 of prod-1',
      'red',
    ],
    [
      'is a node, by a resolver',
      { hosts: [], answers: [{ server: OUT, addresses: ['10.0.0.21'] }] },
      'b1.example.com is 10.0.0.21: node n1 of prod-1',
      'red',
    ],
    [
      'is a node among others',
      { hosts: [], answers: [{ server: OUT, addresses: ['198.51.100.7', '10.0.0.21'] }] },
      'b1.example.com is 10.0.0.21: node n1 of prod-1',
      'amber',
    ],
    [
      'is known to the DNS of the cluster alone',
      {
        hosts: [],
        answers: [
          { server: OUT, addresses: [] },
          { server: '10.96.0.53', addresses: ['198.51.100.7'] },
        ],
      },
      'only 10.96.0.53 knows b1.example.com: the DNS of prod-1',
      'red',
    ],
    [
      'is unknown',
      { hosts: [], answers: [{ server: OUT, addresses: [] }] },
      'no resolver knows b1.example.com',
      'red',
    ],
  ])('that %s', (_what, lookup, what, state) => {
    const fault = by(lookup);
    expect({ what: fault?.what, state: fault?.state }).toEqual({ what, state });
    if (fault) expect(fault.chain.slice(0, 2)).toEqual(['bastion b1', 'b1.example.com']);
  });

  it('takes an address as it is, and tells what several clusters share once', () => {
    expect(trace({ ...need, host: '198.51.100.7' }, places, new Map())).toBeUndefined();
    expect(trace({ ...need, host: '10.0.0.11' }, places, new Map())).toMatchObject({
      what: '10.0.0.11 is node cp-1 of prod-1',
      chain: ['bastion b1', '10.0.0.11', 'node cp-1 of prod-1'],
    });
    expect(together([need, { ...need, clusters: ['prod-2'] }, { ...need, host: 'other' }])).toEqual([
      { ...need, clusters: ['prod-1', 'prod-2'] },
      { ...need, host: 'other' },
    ]);
  });
});

describe('this machine', () => {
  const plain: Machine = {
    addresses: ['192.0.2.10'],
    machineId: 'm9',
    resolvers: ['192.0.2.53'],
    search: ['example.com'],
    hosts: new Map(),
    gateways: ['192.0.2.1'],
    mounts: [],
  };
  const nodes = NODES.map((one) => ({ ...one, local: false }));
  const told = (more: Partial<Machine>, list = nodes) =>
    machineParts({ ...plain, ...more }, places, list).faults.map(({ state, what }) => `${state}: ${what}`);

  it.each<[Partial<Machine>, string[]]>([
    [{}, []],
    [{ pod: 'KUBERNETES_SERVICE_HOST=10.96.0.1' }, ['red: Fireaxe runs in a pod']],
    [{ machineId: 'm1' }, ['red: this machine is node cp-1 of prod-1']],
    [{ addresses: ['192.0.2.10', '10.0.0.21'] }, ['red: this machine is node n1 of prod-1']],
    // A lab's nodes have loopback addresses and are this machine.
    [{ machineId: 'm2' }, []],
    [{ resolvers: ['10.96.0.53'] }, ['red: names are resolved by 10.96.0.53: the DNS of prod-1']],
    [{ resolvers: ['10.0.0.11'] }, ['red: names are resolved by 10.0.0.11: node cp-1 of prod-1']],
    [
      { resolvers: ['10.43.0.10'] },
      ['red: names are resolved by 10.43.0.10: the usual DNS of a cluster (k3s and RKE2)'],
    ],
    [
      { search: ['ops.svc.cluster.local', 'svc.cluster.local'] },
      ['red: names are searched in ops.svc.cluster.local'],
    ],
    [{ gateways: ['10.0.0.11'] }, ['red: the route out goes through 10.0.0.11: node cp-1 of prod-1']],
    [
      { client: '192.0.2.9', agent: '/tmp/ssh-XXXX/agent.12' },
      ['amber: the SSH agent is that of the machine at 192.0.2.9, and ends with this session'],
    ],
    [{ client: '192.0.2.9', agent: '/run/user/1000/agent' }, []],
  ])('%j', (more, faults) => expect(told(more)).toEqual(faults));

  it('may be a node where the kit says that it is reached as this machine', () => {
    const local = nodes.map((one) => ({ ...one, local: one.name === 'cp-1' }));
    expect(told({ machineId: 'm1' }, local)).toEqual(['amber: this machine is node cp-1 of prod-1']);
  });

  it('needs the host of its session, and of the disk that has the kit', () => {
    const mounts = [{ holds: 'the kit', type: 'nfs4', source: 'filer.example:/kits', host: 'filer.example' }];
    const { needs } = machineParts({ ...plain, client: '10.0.0.21', mounts }, places, nodes);
    expect(needs.map(({ chain, host }) => [...chain, host])).toEqual([
      ['this machine', 'this session over SSH', '10.0.0.21'],
      ['this machine', 'the kit', 'nfs4 filer.example:/kits', 'filer.example'],
    ]);
  });

  it('is read from its files', async () => {
    expect(
      parseResolvers(
        '# x\nnameserver 10.0.0.2\nnameserver ::1 \ndomain a.example\nsearch b.example c.example\n',
      ),
    ).toEqual({
      servers: ['10.0.0.2', '::1'],
      search: ['b.example', 'c.example'],
    });
    expect(
      parseHosts('127.0.0.1 localhost # x\n10.0.0.7\tB1.example b1\n# 10.0.0.8 b1\n').get('b1.example'),
    ).toEqual(['10.0.0.7']);
    const routes =
      'Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0102A8C0\t0003\neth0\t0002A8C0\t00000000\t0001\n';
    expect(parseRoutes(routes)).toEqual(['192.168.2.1']);
    const mounts = parseMounts(
      '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n30 22 0:50 / /home/on\\040call rw - nfs4 10.0.0.21:/home rw\n',
    );
    expect(mountOf('/home/on call/kit', mounts)).toEqual({
      point: '/home/on call',
      type: 'nfs4',
      source: '10.0.0.21:/home',
    });
    expect(mountOf('/home/on', mounts)?.type).toBe('ext4');
    expect([
      serverOf({ point: '', type: 'cifs', source: '//filer/share' }),
      serverOf({ point: '', type: 'nfs', source: '[2001:db8::1]:/x' }),
      serverOf({ point: '', type: 'fuse.sshfs', source: 'me@host:/x' }),
      serverOf({ point: '', type: 'ext4', source: '/dev/sda1' }),
    ]).toEqual(['filer', '2001:db8::1', 'host', undefined]);
    const root = mkdtempSync(join(tmpdir(), 'fx-machine-'));
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, 'run/systemd/resolve'), { recursive: true });
    writeFileSync(join(root, 'etc/resolv.conf'), 'nameserver 127.0.0.53\n');
    writeFileSync(join(root, 'run/systemd/resolve/resolv.conf'), 'nameserver 10.96.0.53\n');
    const env = { FIREAXE_ROOT: root, SSH_CONNECTION: '10.0.0.21 5 192.0.2.10 22' };
    const machine = await readMachine(env, { 'the kit': join(root, 'not', 'there') });
    expect(machine).toMatchObject({
      resolvers: ['10.96.0.53'],
      client: '10.0.0.21',
      mounts: [],
      pod: undefined,
    });
    mkdirSync(join(root, 'var/run/secrets/kubernetes.io/serviceaccount'), { recursive: true });
    expect((await readMachine(env, {})).pod).toMatch(/serviceaccount/);
    rmSync(root, { recursive: true });
  });
});

describe('a command', () => {
  const parts = (words: string[], text = '') => {
    const scripts = text === '' ? [] : [{ path: '/opt/keys', text: `#!/bin/sh\n${text}\n` }];
    const { needs, faults } = commandParts(
      { clusters: [], chain: ['process'], words, scripts, mend: '' },
      places,
    );
    return [
      ...faults.map(({ state, chain }) => `${state}: ${chain.slice(1).join(' ')}`),
      ...needs.map(({ host }) => host),
    ];
  };
  it.each<[string[], string, string[]]>([
    [['/opt/keys'], 'cat /etc/keys.json', []],
    [['/usr/bin/kubectl', 'get'], '', ['red: kubectl the API of a cluster']],
    [['/opt/keys'], 'x=$(kubectl get secret)', ['red: /opt/keys kubectl the API of a cluster']],
    [['/opt/keys'], "subprocess.run(['kubectl', 'get'])", ['red: /opt/keys kubectl the API of a cluster']],
    [
      ['/opt/keys'],
      'if ! vault read x; then exit 1; fi',
      ['amber: /opt/keys vault a Vault server, which must be up'],
    ],
    // Words that only look so.
    [['/opt/keys'], '# kubectl get secret\nkubectl_path=/x\necho about kubectl, az', []],
    [['/opt/keys'], 'for az in a b; do echo $az; done', []],
    [['/opt/keys'], 'export KUBECONFIG=/x', ['red: /opt/keys KUBECONFIG the API of a cluster']],
    [['/opt/keys'], 'curl https://vault.ops.svc:8200/v1', ['vault.ops.svc']],
    [
      ['/opt/keys'],
      'curl -H "x: $y" http://user:p@[2001:db8::1]:80/ https://sts.example.com/x',
      ['2001:db8::1', 'sts.example.com'],
    ],
    [['ssh', 'core@10.0.0.11', 'keys'], '', ['10.0.0.11']],
    [['ssh', 'cp-1', 'keys'], '', ['cp-1']],
    [['/opt/keys'], 'ssh core@cp-1 keys; ping 198.51.100.7', ['cp-1']],
  ])('%j %j', (words, text, found) => expect(parts(words, text)).toEqual(found));

  it('is followed into the scripts that it names', async () => {
    const root = mkdtempSync(join(tmpdir(), 'fx-scripts-'));
    const [outer, inner, plain, program] = ['outer', 'inner', 'plain', 'program'].map((name) =>
      join(root, name),
    ) as [string, string, string, string];
    writeFileSync(outer, `#!/bin/sh\nexec ${inner} ${plain} ${outer}\n`);
    writeFileSync(inner, '#!/bin/sh\nkubectl get x\n');
    writeFileSync(plain, 'kubectl\n');
    writeFileSync(program, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]));
    for (const file of [outer, inner, program]) chmodSync(file, 0o700);
    const read = async (words: string[], path = '') => (await scriptsOf(words, path)).map(({ path }) => path);
    expect(await read([outer])).toEqual([outer, inner]);
    expect(await read(['outer', '-x'], `/nowhere:${root}`)).toEqual([outer, inner]);
    expect(await read(['python3', plain, program, root, '/dev/zero'])).toEqual([plain]);
    rmSync(root, { recursive: true });
  });

  it('is split as a shell would', () => {
    expect(wordsOf(`/opt/my\\ x --a "b c" 'd "e"' f"g"'h'`)).toEqual([
      '/opt/my\\',
      'x',
      '--a',
      'b c',
      'd "e"',
      'fgh',
    ]);
  });
});

describe('logins', () => {
  it('go through the bastions that nodes use', () => {
    const bastion = (name: string, address: string) => ({ name, address, port: 22, user: 'jump' });
    const cluster = {
      name: 'prod-1',
      ssh: { jump: 'b1' },
      bastions: {
        b1: bastion('b1', '10.0.0.21'),
        b2: bastion('b2', '10.0.0.22'),
        b3: bastion('b3', '10.0.0.23'),
      },
      fleet: {
        nodes: [
          node('a', '10.0.0.1'),
          node('b', '10.0.0.2', { jump: 'b2' }),
          node('c', '10.0.0.3', { jump: false }),
        ],
      },
    } as unknown as ClusterKit;
    expect(bastionNeeds(cluster).map(({ host }) => host)).toEqual(['10.0.0.21', '10.0.0.22']);
  });

  it('go by ssh_config over hops, other names and commands', async () => {
    const targets = [{ name: 'a', address: '192.0.2.1' }] as Target[];
    const settings = async (_file: string, host: string): Promise<Record<string, string>> =>
      ({
        '192.0.2.1': {
          hostname: 'other.example',
          proxyjump: 'jump@first:2222,ssh://[2001:db8::1]:22',
          proxycommand: 'ssh -W %h:%p cp-1',
        },
        first: { hostname: 'vault.ops.svc' },
      })[host] ?? {};
    const { needs } = await sshConfigParts('prod-1', targets, '/cfg', { env: {}, places, settings });
    expect(needs.map(({ chain, host }) => [...chain.slice(1), host])).toEqual([
      ['ProxyJump jump@first:2222', 'HostName vault.ops.svc', 'vault.ops.svc'],
      ['ProxyJump ssh://[2001:db8::1]:22', '2001:db8::1'],
      ['ProxyCommand ssh', 'cp-1'],
      ['HostName other.example', 'other.example'],
    ]);
  });
});

describe('the cloud', () => {
  const cluster = {
    name: 'prod-1',
    via: ['ssm'],
    cloud: { profile: 'ops', region: 'us-west-2' },
  } as unknown as ClusterKit;
  const needsOf = async (profiles: Record<string, Record<string, string>>, env = {}, more: object = {}) => {
    const files = { profile: 'ops', config: profiles, profiles };
    const given = { ...cluster, cloud: { ...cluster.cloud!, ...more } };
    const { needs, faults } = await cloudParts(given, files, env, places);
    return [
      ...needs.map(({ host }) => host),
      ...faults.map(({ state, chain }) => `${state}: ${chain.join(' ')}`),
    ];
  };
  it.each<[string, Record<string, Record<string, string>>, Record<string, string>, string[]]>([
    [
      'own keys',
      { ops: { aws_access_key_id: 'x' } },
      {},
      ['ec2.us-west-2.amazonaws.com', 'ssm.us-west-2.amazonaws.com'],
    ],
    [
      'a role, by another profile',
      { ops: { role_arn: 'r', source_profile: 'base' }, base: { credential_process: 'kubectl get x' } },
      {},
      [
        'ec2.us-west-2.amazonaws.com',
        'ssm.us-west-2.amazonaws.com',
        'sts.us-west-2.amazonaws.com',
        'red: AWS profile ops AWS profile base credential_process kubectl kubectl the API of a cluster',
      ],
    ],
    [
      'a proxy',
      { ops: {} },
      { HTTPS_PROXY: 'http://proxy.ops.svc:3128' },
      ['proxy.ops.svc', 'proxy.ops.svc'],
    ],
    [
      'a lab, which no proxy leads to',
      { ops: { endpoint_url: 'http://127.0.0.1:5' } },
      { HTTPS_PROXY: 'proxy:3' },
      ['127.0.0.1', '127.0.0.1'],
    ],
    [
      'a sign-in',
      { ops: { sso_start_url: 'https://corp.awsapps.com/start' } },
      {},
      [
        'ec2.us-west-2.amazonaws.com',
        'ssm.us-west-2.amazonaws.com',
        'corp.awsapps.com',
        'amber: AWS profile ops https://corp.awsapps.com/start',
      ],
    ],
    [
      'a token of a pod',
      {
        ops: {
          role_arn: 'r',
          web_identity_token_file: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
        },
      },
      { HTTPS_PROXY: 'proxy' },
      [
        ...['proxy', 'proxy', 'proxy'],
        'red: AWS profile ops /var/run/secrets/eks.amazonaws.com/serviceaccount/token a pod of a cluster',
      ],
    ],
  ])('with %s', async (_what, profiles, env, found) => expect(await needsOf(profiles, env)).toEqual(found));

  it('with keys that a node hands to pods', async () => {
    const files = { profile: 'default', config: {}, profiles: {} };
    const given = {
      ...cluster,
      cloud: { region: 'us-west-2', allow: ['container'] },
    } as unknown as ClusterKit;
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };
    const { needs } = await cloudParts(given, files, env, places);
    expect(needs.at(-1)?.host).toBe('169.254.170.23');
  });
});
