import { describe, expect, it } from 'vitest';
import { discoverFromEc2 } from '../../src/aws/discover-ec2.ts';
import { hybridInstances } from '../../src/aws/discover-hybrid.ts';
import type { HybridMachine } from '../../src/aws/hybrid-api.ts';

const OURS = { 'kubernetes.io/cluster/a': 'owned' };
const FILTERS = [{ Name: 'tag:kubernetes.io/cluster/a', Values: ['owned', 'shared'] }];

function api(machines: (HybridMachine & { tags?: Record<string, string> })[]) {
  const asked: string[] = [];
  return {
    asked,
    machines: async () => machines,
    tags: async (id: string) => {
      asked.push(id);
      const tags = machines.find((one) => one.InstanceId === id)?.tags ?? OURS;
      return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    },
  };
}

const mi = (n: number) => `mi-${n.toString(16).padStart(17, '0')}`;
const machine = (n: number, more: object = {}) => ({ InstanceId: mi(n), IPAddress: `10.9.0.${n}`, ...more });

describe('machines outside EC2', () => {
  it('are nodes of the snapshot by their tags, with the roles that these say', async () => {
    const machines = [
      machine(1, { ComputerName: 'metal-1.corp', tags: { ...OURS, 'k8s.io/role/control-plane': '1' } }),
      machine(2, { Name: 'metal-2' }),
      machine(3, { tags: { 'kubernetes.io/cluster/b': 'owned' } }),
    ];
    const snapshot = await discoverFromEc2({
      describe: async () => ({
        Reservations: [{ Instances: [{ InstanceId: 'i-00000001', PrivateIpAddress: '10.0.0.1', Tags: [] }] }],
      }),
      hybrid: (filters) => hybridInstances(api(machines), filters),
      cluster: 'a',
      region: 'us-west-2',
    });
    expect(snapshot.nodes).toMatchObject([
      { name: 'i-00000001', roles: ['worker'] },
      { name: 'metal-1.corp', roles: ['control-plane', 'etcd'], address: '10.9.0.1', instanceId: mi(1) },
      { name: 'metal-2', roles: ['worker'], address: '10.9.0.2', instanceId: mi(2) },
    ]);
  });

  it('are the newer of two registrations of one address, and have an address', async () => {
    const old = machine(1, { LastPingDateTime: new Date(1) });
    const again = { ...machine(2, { LastPingDateTime: new Date(2) }), IPAddress: '10.9.0.1' };
    const { IPAddress: _, ...without } = machine(3);
    const found = await hybridInstances(api([old, again, without]), FILTERS);
    expect(found.map(({ InstanceId }) => InstanceId)).toEqual([mi(2)]);
  });

  it.each([
    [[{ Name: 'tag:env', Values: ['prod*'] }], [1]],
    [[{ Name: 'tag-key', Values: ['team'] }], [1, 2]],
    [[{ Name: 'vpc-id', Values: ['vpc-1'] }], []],
  ])('match filters for tags alone: %j', async (filters, ids) => {
    const machines = [
      machine(1, { tags: { env: 'prod-eu', team: 'a' } }),
      machine(2, { tags: { env: 'test', team: 'b' } }),
    ];
    const asked = api(machines);
    const state = { Name: 'instance-state-name', Values: ['running'] };
    const found = await hybridInstances(asked, [...filters, state]);
    expect(found.map(({ InstanceId }) => InstanceId)).toEqual(ids.map(mi));
    if (ids.length === 0) expect(asked.asked).toEqual([]);
  });
});
