import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverFromEc2 } from '../../src/aws/discover-ec2.ts';
import { type Ec2Api, ec2Api } from '../../src/aws/ec2-api.ts';
import type { Ec2Instance } from '../../src/aws/ec2-instance.ts';
import { asUnreachable } from '../../src/aws/errors.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { readSnapshot } from '../../src/fleet/snapshot.ts';
import { fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';

describe('discovery through the real SDK', () => {
  const world = fakeWorld(2345, (machine, n) => {
    machine.tags = { 'kubernetes.io/cluster/a': n % 2 ? 'owned' : 'shared', Name: `w${n}` };
    if (n === 0) machine.tags = { ...machine.tags, 'k8s.io/role/control-plane': '1', Name: 'cp0' };
    if (n === 1) machine.tags = { Name: 'other' };
    if (n === 2) machine.state = 'stopped';
    machine.publicIp = `203.0.${n >> 8}.${n & 255}`;
  });
  let dir: string;
  let endpoint: CloudEndpoint;
  let api: Ec2Api;

  beforeAll(async () => {
    endpoint = await createCloudEndpoint(world);
    dir = await mkdtemp(join(tmpdir(), 'fireaxe-ec2-'));
    const credentialsFile = join(dir, 'credentials');
    await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
    api = await ec2Api({ region: 'us-west-2', credentialsFile }, { AWS_ENDPOINT_URL: endpoint.url });
  });
  afterAll(async () => {
    api.close();
    await endpoint.close();
    await rm(dir, { recursive: true });
  });

  it('reads every page, a thousand at a time, into a snapshot that the kit accepts', async () => {
    const now = new Date('2026-11-20T10:00:00Z');
    const snapshot = await discoverFromEc2({
      describe: api.describe,
      cluster: 'a',
      region: 'us-west-2',
      address: 'public',
      now,
    });
    expect(endpoint.calls.DescribeInstances).toBe(3);
    expect(snapshot.nodes).toHaveLength(2343);
    expect(readSnapshot(snapshot, 'a')).toHaveProperty('snapshot');
    expect(snapshot).toMatchObject({
      cluster: 'a',
      source: 'ec2:us-west-2',
      takenAt: '2026-11-20T10:00:00.000Z',
    });
    expect(snapshot.nodes[0]).toEqual({
      name: 'cp0',
      cluster: 'a',
      roles: ['control-plane', 'etcd'],
      address: '203.0.0.0',
      internalAddress: '10.0.0.0',
      instanceId: instanceId(0),
      labels: {
        'topology.kubernetes.io/region': 'us-west-2',
        'topology.kubernetes.io/zone': 'us-west-2a',
        'node.kubernetes.io/instance-type': 'm5.large',
        'kubernetes.io/arch': 'amd64',
      },
    });
    expect(snapshot.nodes.find((node) => node.name === 'w3')?.roles).toEqual(['worker']);
  });

  it('says what it looked for when there is nothing', async () => {
    await expect(
      discoverFromEc2({ describe: api.describe, cluster: 'b', region: 'us-west-2' }),
    ).rejects.toMatchObject({
      kind: 'usage',
      expected: expect.stringContaining('tag:kubernetes.io/cluster/b=owned|shared'),
    });
  });

  it('takes filters instead of the cluster tag', async () => {
    const snapshot = await discoverFromEc2({
      describe: api.describe,
      cluster: 'b',
      region: 'us-west-2',
      filters: [{ name: 'tag:Name', values: ['oth*'] }],
    });
    expect(snapshot.nodes.map((node) => [node.name, node.address])).toEqual([['other', '10.0.0.1']]);
  });
});

describe('names, roles and labels', () => {
  const find = async (instances: Partial<Ec2Instance>[], more: object = {}) => {
    const Instances = instances.map((instance, n) => ({
      InstanceId: instanceId(n),
      PrivateIpAddress: `10.0.0.${n}`,
      ...instance,
    }));
    const describe = async () => ({ Reservations: [{ Instances }] });
    return (await discoverFromEc2({ describe, cluster: 'a', region: 'r', ...more })).nodes;
  };
  const tags = (of: Record<string, string>) => ({
    Tags: Object.entries(of).map(([Key, Value]) => ({ Key, Value })),
  });

  it('names by Name tag, else by DNS name, else by id, never twice', async () => {
    const nodes = await find([
      tags({ Name: 'cp' }),
      { ...tags({ Name: 'asg' }), PrivateDnsName: 'ip-10-0-0-1.ec2.internal' },
      { ...tags({ Name: 'asg' }), PrivateDnsName: 'cp' },
      tags({ Name: '-oProxyCommand=x' }),
    ]);
    expect(nodes.map((node) => node.name).sort()).toEqual(
      [instanceId(0), instanceId(2), instanceId(3), 'ip-10-0-0-1.ec2.internal'].sort(),
    );
  });

  it.each([
    [{ 'k8s.io/role/master': '1' }, ['control-plane', 'etcd']],
    [{ 'kubernetes.io/role': 'master' }, ['control-plane', 'etcd']],
    [{ 'sigs.k8s.io/cluster-api-provider-aws/role': 'control-plane' }, ['control-plane', 'etcd']],
    [
      { 'k8s.io/cluster-autoscaler/node-template/label/node-role.kubernetes.io/control-plane': '' },
      ['control-plane', 'etcd'],
    ],
    [{ 'kubernetes.io/role': 'node' }, ['worker']],
    [{ 'k8s.io/role/etcd': '1' }, ['etcd']],
    [{ 'eks:nodegroup-name': 'gpu' }, ['worker']],
  ])('reads the roles of %o', async (of, roles) => {
    expect((await find([tags(of as unknown as Record<string, string>)]))[0]?.roles).toEqual(roles);
  });

  it('does not claim etcd for the control plane where it has machines of its own', async () => {
    const nodes = await find([tags({ 'k8s.io/role/master': '1' }), tags({ 'k8s.io/role/etcd': '1' })]);
    expect(nodes.map((node) => node.roles)).toEqual([['control-plane'], ['etcd']]);
  });

  it('lets rules of our own decide first', async () => {
    const nodes = await find([tags({ Name: 'prod-cp-1', 'k8s.io/role/node': '1' })], {
      roleRules: [{ key: 'Name', value: '*-cp-*', roles: ['control-plane', 'etcd'] }],
    });
    expect(nodes[0]?.roles).toEqual(['control-plane', 'etcd']);
  });

  it('takes no tag for a known one because of its name', async () => {
    const [node] = await find([tags({ constructor: 'x', __proto__: 'y', toString: 'z' })]);
    expect(Object.keys(node!.labels).filter((label) => !label.includes('kubernetes.io'))).toEqual([]);
  });

  it('takes labels from tags, but not every tag', async () => {
    const of = { 'eks:nodegroup-name': 'gpu', team: 'ml', secret: 's' };
    const template = { 'k8s.io/cluster-autoscaler/node-template/label/tier': 'spot' };
    const [node] = await find([tags({ ...of, ...template })], { labelTags: ['team'] });
    expect(node?.labels).toEqual({
      'topology.kubernetes.io/region': 'r',
      'eks.amazonaws.com/nodegroup': 'gpu',
      team: 'ml',
      tier: 'spot',
    });
  });
});

describe('discovery that could not be used', () => {
  const page = (...instances: Partial<Ec2Instance>[]) => ({
    Reservations: [{ Instances: instances as Ec2Instance[] }],
  });
  const at = (id: string, address: string) => ({
    InstanceId: id,
    PrivateIpAddress: address,
    VpcId: `vpc-${id}`,
  });

  it('refuses two instances with one address, and names both and their VPCs', async () => {
    const describe = async () => page(at('i-1', '10.0.0.5'), at('i-2', '10.0.0.5'));
    await expect(discoverFromEc2({ describe, cluster: 'a', region: 'r' })).rejects.toMatchObject({
      kind: 'guard',
      message: expect.stringMatching(/10\.0\.0\.5: i-1 \(vpc-i-1\) and i-2 \(vpc-i-2\)/),
    });
  });

  it('reads once more where an address went to another machine between two pages', async () => {
    let reads = 0;
    const describe = async () =>
      reads++ === 0 ? page(at('i-1', '10.0.0.5'), at('i-2', '10.0.0.5')) : page(at('i-2', '10.0.0.5'));
    const { nodes } = await discoverFromEc2({ describe, cluster: 'a', region: 'r' });
    expect(nodes.map(({ instanceId }) => instanceId)).toEqual(['i-2']);
  });

  it('asks for smaller pages where EC2 does not answer in time', async () => {
    const sizes: number[] = [];
    const describe = async ({ MaxResults }: { MaxResults: number }) => {
      sizes.push(MaxResults);
      if (MaxResults > 50) throw Object.assign(new Error('late'), { name: 'TimeoutError' });
      return page(at('i-1', '10.0.0.5'));
    };
    await discoverFromEc2({ describe, cluster: 'a', region: 'r' });
    expect(sizes).toEqual([1000, 200, 50]);
  });

  it('says that EC2 does not answer, and not that Fireaxe has a bug', () => {
    const error = Object.assign(new Error('x - [ERROR] a request has exceeded 20000 ms'), {
      name: 'TimeoutError',
    });
    expect(asUnreachable(error, 'EC2', { region: 'cn-north-1' }, {})).toMatchObject({
      message: 'EC2 in cn-north-1 does not answer: a request has exceeded 20000 ms',
      next: 'curl -sSI https://ec2.cn-north-1.amazonaws.com.cn',
    });
  });
});
