import { describe, expect, it } from 'vitest';
import { together } from '../../../src/base/together.ts';
import { readAnsible } from '../../../src/kit/import/ansible/read.ts';
import { readCsv } from '../../../src/kit/import/csv.ts';
import { readKubectl } from '../../../src/kit/import/kubectl.ts';
import { type SourceText, sourceText } from '../../../src/kit/import/source-text.ts';
import { readSshConfig } from '../../../src/kit/import/ssh-config.ts';
import type { Found } from '../../../src/kit/import/types.ts';

const text = (content: string | Buffer, file = 'f'): SourceText => sourceText(Buffer.from(content), file);
/** What a source says, each place spelled out. */
const told = (nodes: Found[]) => nodes.map(({ place, ...node }) => ({ ...node, place: place() }));
const csv = async (content: string) => {
  const { nodes, wrong } = readCsv(text(content));
  if (wrong.length > 0) throw together(wrong, 'mistakes');
  return told(nodes);
};
const kubectl = async (content: string) => told(readKubectl(text(content)));
const ansible = async (content: string) => told((await readAnsible(text(content))).nodes);
const ssh = async (content: string, files: Record<string, string> = {}) =>
  told(
    (
      await readSshConfig(text(content), async (name) =>
        files[name] === undefined ? [] : [text(files[name], name)],
      )
    ).nodes,
  );

const node = (name: string, more: object = {}) => ({
  kind: 'Node',
  metadata: {
    name,
    labels: { 'topology.kubernetes.io/zone': 'a', 'node-role.kubernetes.io/control-plane': '' },
  },
  spec: { providerID: 'aws:///us-west-2a/i-0123456789abcdef0' },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address: '10.0.0.11' },
      { type: 'ExternalIP', address: '203.0.113.11' },
    ],
    nodeInfo: { machineID: '0123456789abcdef0123456789ABCDEF' },
  },
  ...more,
});

describe('nodes of kubectl', () => {
  const list = JSON.stringify(
    { kind: 'List', items: [node('cp-1'), node('n1', { metadata: { name: 'n1' } })] },
    null,
    1,
  );

  it('have addresses, roles, ids and labels', async () => {
    const [cp, n1] = await kubectl(list);
    expect(cp).toMatchObject({
      name: 'cp-1',
      host: '10.0.0.11',
      roles: ['control-plane'],
      instanceId: 'i-0123456789abcdef0',
      machineId: '0123456789abcdef0123456789abcdef',
      labels: { 'topology.kubernetes.io/zone': 'a' },
      place: 'f:4:3',
    });
    expect(n1).toMatchObject({ name: 'n1', roles: ['worker'], place: expect.stringMatching(/^f:\d+:3$/) });
    expect(told(readKubectl(text(list), 'external'))[0]).toMatchObject({
      host: '203.0.113.11',
      internalAddress: '10.0.0.11',
    });
    expect(await kubectl(JSON.stringify(node('one')))).toMatchObject([{ name: 'one' }]);
  });

  it('with a byte order mark and CRLF are the same', async () => {
    expect(await kubectl(`\ufeff${list.replaceAll('\n', '\r\n')}`)).toEqual(await kubectl(list));
  });

  it.each([
    ['no JSON', '{\n "items": [\n  {,\n', 'not JSON', 'f:3:4'],
    ['cut short', list.slice(0, 300), 'not JSON', /^f:\d+:\d+$/],
    ['a table instead', 'NAME   STATUS\ncp-1   Ready\n', 'not JSON', 'f:1:1'],
    ['pods', '{"kind":"List","items":[{"kind":"Pod"}]}', 'a Pod, not a node', 'f:1:25'],
    ['no list', '{"kind":"Status"}', 'no list of nodes', 'f:1:1'],
    ['a node without a name', '{"items":[{}]}', 'without metadata.name', 'f:1:11'],
    ['a node without an address', '{"items":[{"metadata":{"name":"x"}}]}', 'x has no InternalIP', 'f:1:11'],
    ['a null', '{"items":[null]}', 'without metadata.name', /^f/],
  ])('refuses %s', async (_, content, message, place) => {
    await expect(kubectl(content)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      place: typeof place === 'string' ? place : expect.stringMatching(place),
    });
  });
});

const INI = `# a comment
bare.example.com
[kube_control_plane]
cp-[1:2] ansible_host=10.0.0.1 ansible_port=2222 # both
"cp-3" ansible_host='10.0.0.3'
[etcd]
cp-3
[kube_node]
n[01:03].example.com:22
six ansible_host=2001:db8::6
[2001:db8::7]:2200
behind ansible_host=10.0.1.1 ansible_ssh_common_args='-o ProxyJump=core@203.0.113.5:2200'
old ansible_host=10.0.1.2 ansible_ssh_common_args="-o ProxyCommand='ssh -W %h:%p -q -p 2200 core@203.0.113.5'"
[k8s_cluster:children]
kube_control_plane
kube_node
[k8s_cluster:vars]
ansible_user = "core"
[all:vars]
ansible_user=root
ansible_port=22 # usual
`;

describe('inventories of Ansible', () => {
  it('as INI: ranges, groups of groups, values by their nearness', async () => {
    const found = await ansible(INI);
    const by = Object.fromEntries(found.map((one) => [one.name, one]));
    expect(Object.keys(by)).toEqual(
      'bare.example.com cp-1 cp-2 cp-3 n01.example.com n02.example.com n03.example.com six 2001:db8::7 behind old'.split(
        ' ',
      ),
    );
    expect(by['bare.example.com']).toMatchObject({
      host: 'bare.example.com',
      user: 'root',
      port: 22,
      place: 'f:2:1',
    });
    expect(by['cp-2']).toMatchObject({
      host: '10.0.0.1',
      port: 2222,
      user: 'core',
      roles: ['control-plane'],
      groups: ['all', 'k8s_cluster', 'kube_control_plane'],
      place: 'f:4:1',
    });
    expect(by['cp-3']).toMatchObject({ host: '10.0.0.3', roles: ['control-plane', 'etcd'] });
    expect(by['n02.example.com']).toMatchObject({ roles: ['worker'], user: 'core' });
    expect(by.six).toMatchObject({ host: '2001:db8::6' });
    expect(by['2001:db8::7']).toMatchObject({ host: '2001:db8::7', port: 2200 });
    const jump = { host: '203.0.113.5', port: 2200, user: 'core' };
    expect([by.behind!.jump, by.old!.jump]).toEqual([jump, jump]);
  });

  it('as YAML and as --list say the same', async () => {
    const yaml = `---
all:
  vars: { ansible_user: root }
  children:
    kube_control_plane:
      hosts:
        cp-[1:2]: { ansible_host: 10.0.0.1, ansible_port: 2222, secret: !vault x }
    kube_node: { hosts: { n1: }, vars: { ansible_user: core } }
`;
    const list = {
      _meta: {
        hostvars: {
          'cp-1': { ansible_host: '10.0.0.1', ansible_port: 2222, ansible_user: 'root' },
          'cp-2': { ansible_host: '10.0.0.1', ansible_port: '2222', ansible_user: 'root' },
          n1: { ansible_user: 'core' },
        },
      },
      all: { children: ['kube_control_plane', 'kube_node'] },
      kube_control_plane: { hosts: ['cp-1', 'cp-2'] },
      kube_node: { hosts: ['n1'] },
    };
    const bare = (found: Awaited<ReturnType<typeof ansible>>) => found.map(({ place: _, ...one }) => one);
    const fromYaml = await ansible(yaml);
    expect(fromYaml.map((one) => one.place)).toEqual(['f:7:9', 'f:7:9', 'f:8:27']);
    const fromList = await ansible(JSON.stringify(list, null, 1));
    expect(bare(fromList)).toEqual(bare(fromYaml));
    expect(fromList[2]!.place).toMatch(/^f:1\d:4$/);
    expect(bare(fromYaml)[2]).toMatchObject({ name: 'n1', user: 'core', roles: ['worker'] });
  });

  it('leave out what is not reached by ssh, and say so', async () => {
    const { nodes, notes } = await readAnsible(
      text('localhost ansible_connection=local\nn1 ansible_host=10.0.0.1 ansible_ssh_private_key_file=x\n'),
    );
    expect(nodes.map(({ name }) => name)).toEqual(['n1']);
    expect(notes).toEqual([
      'localhost: connection local, not ssh',
      'n1: a private key of its own is not taken over: the kit has one for each cluster',
    ]);
  });

  it('end where groups hold each other', async () => {
    expect(await ansible('[a]\nx\n[a:children]\nb\n[b:children]\na\n')).toMatchObject([{ name: 'x' }]);
  });

  it.each([
    ['an unknown section', '[a:hots]\n', 'unknown section', 'f:1:1'],
    ['a word without a value', 'n1 ansible_host\n', 'no value', 'f:1:4'],
    ['an open quote', 'n1  x="a\n', 'never closed', 'f:1:7'],
    ['a group that is nowhere', '[a:children]\nb\n', 'the group b is defined nowhere', 'f:2:1'],
    ['an invalid range', 'n[9:1] x=1\n', 'not a range', 'f:1:1'],
    ['a huge range', 'n[1:999999999]\n', 'more than 100000 hosts', 'f:1:1'],
    ['a huge host', `${'['.repeat(200_000)}\n`, 'a host of 200000 characters', 'f:1:1'],
    ['ranges that are huge together', 'n[1:999][1:999]\n', 'more than 100000 hosts', 'f:1:1'],
    ['an invalid port', 'n1 ansible_port=ssh\n', 'the port of n1 is "ssh"', 'f:1:4'],
    ['a template', 'n1 ansible_host="{{ x }}"\n', 'is a template', 'f:1:4'],
    ['a chain of jump hosts', "n1 ansible_ssh_common_args='-J a,b'\n", 'a chain of jump hosts', 'f:1:4'],
    ['YAML with a list', 'all:\n  hosts:\n  - n1\n', 'hosts is not a map', 'f:2:3'],
    ['YAML with an unknown key', 'all:\n  host: { n1: }\n', 'unknown key host', 'f:2:3'],
    ['YAML with an alias', 'all: &a\n  hosts: { n1: }\n', 'anchors and aliases', 'f:2:3'],
    ['broken --list', '{"all": [}\n', 'not JSON', 'f:1:10'],
  ])('refuses %s', async (_, content, message, place) => {
    await expect(ansible(content)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      place: expect.stringContaining(place),
    });
  });

  it('names every mistake, not the first one', async () => {
    await expect(ansible('a ansible_port=x\nb ansible_port=y\n[c:d]\n')).rejects.toMatchObject({
      message: expect.stringContaining('unknown section'),
    });
    await expect(ansible('a ansible_port=x\nb ansible_port=y\n')).rejects.toMatchObject({
      message: expect.stringMatching(/2 mistakes:\n {2}f:1:3: [^\n]*\n {2}f:2:3: /),
    });
  });
});

describe('hosts of an ssh_config', () => {
  it('have the first value of each keyword, as ssh', async () => {
    const config = `User early
Host cp-1 cp-2
  HostName 10.0.0.1
  Port=2222
  HostKeyAlias cp.example.com
Host !cp-2 cp-* *.example.com
  User late
  ProxyJump jump@[2001:db8::5]:2200
Host *
  Port 22
Host x.example.com
  hostname "%h"
`;
    const [cp1, cp2, x] = await ssh(config);
    expect(cp1).toMatchObject({
      name: 'cp-1',
      host: '10.0.0.1',
      port: 2222,
      user: 'early',
      hostKeyAlias: 'cp.example.com',
      jump: { user: 'jump', host: '2001:db8::5', port: 2200 },
      place: 'f:2:1',
    });
    expect(cp2!.jump).toBeUndefined();
    expect(x).toMatchObject({ host: 'x.example.com', port: 22, place: 'f:11:1' });
  });

  it('follow Include, and never run what a Match names', async () => {
    const files = { 'more/*': 'Host inner\n  HostName 10.0.0.9\nMatch host inner\n  User core\n' };
    expect(await ssh('Include more/*\nHost *\n  User root\n', files)).toMatchObject([
      { name: 'inner', host: '10.0.0.9', user: 'core', place: 'more/*:1:1' },
    ]);
    const { notes } = await readSshConfig(
      text('Match exec "touch /tmp/x"\n User evil\nHost a\n'),
      async () => [],
    );
    expect(notes).toEqual([expect.stringContaining('left out: Match exec')]);
    await expect(ssh('Include loop\n', { loop: 'Include loop\n' })).rejects.toMatchObject({
      message: 'Include is nested too deeply',
    });
  });

  it.each([
    ['no setting', 'Host a\n  =\n', 'not a setting', 'f:2:3'],
    ['an open quote', 'Host a\n  HostName "x\n', 'never closed', 'f:2:3'],
    ['an invalid port', 'Host a\n  Port 99999\n', 'not a port', 'f:2:3'],
    ['a chain', 'Host a\n  ProxyJump b,c\n', 'a chain of jump hosts', 'f:2:3'],
    [
      'another command',
      'Host a\n  ProxyCommand nc -X 5 %h %p\n',
      'a ProxyCommand other than ssh -W',
      'f:2:3',
    ],
  ])('refuses %s', async (_, content, message, place) => {
    await expect(ssh(content)).rejects.toMatchObject({ message: expect.stringContaining(message), place });
  });
});

describe('rows of a CSV', () => {
  it('have columns by the names that people give them', async () => {
    const table = `# exported\r
Name;IP Address;Role;SSH_Port;label:team;zone;jump\r
cp-1;10.0.0.1;control_plane etcd;2222;"a;""b""";eu-1a;bastion-a\r
\r
n1;2001:db8::1;;;;;none\r
`;
    expect(await csv(`\ufeff${table}`)).toEqual([
      {
        name: 'cp-1',
        host: '10.0.0.1',
        roles: ['control-plane', 'etcd'],
        port: 2222,
        jump: 'bastion-a',
        groups: [],
        labels: { team: 'a;"b"', 'topology.kubernetes.io/zone': 'eu-1a' },
        place: 'f:3:1',
      },
      { name: 'n1', host: '2001:db8::1', jump: false, groups: [], labels: {}, place: 'f:5:1' },
    ]);
    expect(await csv('name,address\na , "10.0.0.1" \n')).toMatchObject([{ name: 'a', host: '10.0.0.1' }]);
  });

  it.each([
    ['an unknown column', 'name,addres\na,b\n', 'unknown column "addres"', 'f:1:6'],
    ['a column twice', 'name,address,ip\na,b,c\n', 'the column address is there twice', 'f:1:14'],
    ['no name', 'address\n10.0.0.1\n', 'no column name', 'f:1:1'],
    ['a short row', 'name,address\na,b\nc\n', '1 values for 2 columns', 'f:3:1'],
    ['a name twice', 'name,address\na,1.1.1.1\na,1.1.1.2\n', 'a is there twice', 'f:3:1'],
    ['an unknown role', 'name,role\na,king\n', 'unknown role "king"', 'f:2:3'],
    ['a bad port', 'name,port\na,0\n', 'not a port', 'f:2:3'],
    ['an open quote', 'name,address\n"a,b\n', 'never closed', 'f:2:1'],
    ['text behind a quote', 'name,address\n"a"x,b\n', 'behind the closing quote', 'f:2:4'],
    ['a head alone', 'name,address\n', 'no nodes', 'f:1:1'],
  ])('refuses %s', async (_, content, message, place) => {
    await expect(csv(content)).rejects.toMatchObject({ message: expect.stringContaining(message), place });
  });
});

describe('unreadable bytes', () => {
  it.each([
    ['binary', Buffer.from('name,address\na,\0b\n'), 'binary', 'f:2:3'],
    ['UTF-16', Buffer.from('\ufeffname', 'utf16le'), 'UTF-16', 'f:1:1'],
    ['Latin-1', Buffer.from('name\nm\xfcller\n', 'latin1'), 'not UTF-8', 'f:2:2'],
    ['nothing', Buffer.from(' \r\n\r\n'), 'the file is empty', 'f'],
  ])('%s is refused', (_, bytes, message, place) => {
    expect(() => sourceText(bytes, 'f')).toThrowError(
      expect.objectContaining({ message: expect.stringContaining(message), place }),
    );
  });
});

describe('7,500 hosts', () => {
  const many = Array.from({ length: 7_500 }, (_, i) => i);
  const ip = (i: number) => `10.1.${i >> 8}.${i & 255}`;

  it.each([
    ['INI', () => ansible(`[n]\n${many.map((i) => `h${i} ansible_host=${ip(i)}`).join('\n')}\n`)],
    [
      'YAML',
      () =>
        ansible(`all:\n  hosts:\n${many.map((i) => `    h${i}: { ansible_host: ${ip(i)} }`).join('\n')}\n`),
    ],
    [
      '--list',
      () =>
        ansible(
          JSON.stringify({
            _meta: { hostvars: Object.fromEntries(many.map((i) => [`h${i}`, { ansible_host: ip(i) }])) },
          }),
        ),
    ],
    ['ssh_config', () => ssh(many.map((i) => `Host h${i}\n  HostName ${ip(i)}\n`).join(''))],
    ['CSV', () => csv(`name,address\n${many.map((i) => `h${i},${ip(i)}`).join('\n')}\n`)],
    ['kubectl', () => kubectl(JSON.stringify({ items: many.map((i) => node(`h${i}`)) }))],
  ])('of %s are read', async (_, read) => {
    const found = await read();
    expect(found).toHaveLength(7_500);
    expect(found[7_499]!.name).toBe('h7499');
  });
});
