import type { CloudNetwork } from '../../../src/drill/cloud/ec2/network/world.ts';
import type { FleetNode } from '../../../src/fleet/types.ts';
import { type FakeWorld, fakeWorld } from '../../drill/cloud/fake-world.ts';

export const VPC = 'vpc-1';

export type NetworkWorld = FakeWorld & { network: CloudNetwork };

/**
 * Two API servers in subnets a and b, which share a network ACL, and two workers in subnets c and d behind the ACL of
 * the VPC: 10.0.1.10, 10.0.2.10, 10.0.32.10, 10.0.33.10.
 */
export function networkWorld(): NetworkWorld {
  const names = ['a', 'b', 'c', 'd'];
  const cidrs = ['10.0.1.0/24', '10.0.2.0/24', '10.0.32.0/24', '10.0.33.0/24'];
  const world = fakeWorld(4, (machine, n) => {
    machine.privateIp = `${cidrs[n]!.replace('.0/24', '.10')}`;
    machine.vpc = VPC;
    machine.subnet = `subnet-${names[n]}`;
    machine.groups = [n < 2 ? 'sg-servers' : 'sg-workers'];
  });
  const every = { protocol: '-1', cidr: '0.0.0.0/0' } as const;
  const open = () =>
    [true, false].flatMap((egress) => [
      { number: 100, egress, action: 'allow' as const, ...every },
      { number: 32_767, egress, action: 'deny' as const, ...every },
    ]);
  const network: CloudNetwork = {
    subnets: names.map((name, n) => ({
      id: `subnet-${name}`,
      vpc: VPC,
      cidr: cidrs[n]!,
      zone: `us-west-2${name}`,
    })),
    acls: [
      { id: 'acl-cp', vpc: VPC, subnets: ['subnet-a', 'subnet-b'], entries: open(), tags: { Name: 'cp' } },
      { id: 'acl-all', vpc: VPC, subnets: ['subnet-c', 'subnet-d'], entries: open(), tags: {} },
    ],
    groups: [
      {
        id: 'sg-servers',
        vpc: VPC,
        name: 'servers',
        tags: { Name: 'servers' },
        rules: [
          { id: 'sgr-self', egress: false, protocol: '-1', from: -1, to: -1, group: 'sg-servers', tags: {} },
        ],
      },
      { id: 'sg-workers', vpc: VPC, name: 'workers', tags: {}, rules: [] },
    ],
    prefixLists: [],
    interfaces: [],
    endpoints: [],
    prefixListMs: 5,
  };
  return Object.assign(world, { network });
}

const API = { egress: false, protocol: 'tcp', from: 6443, to: 6443 };

/** The same, where the servers admit by a prefix list of the workers and an office. */
export function listWorld(): NetworkWorld {
  const world = networkWorld();
  const [servers] = world.network.groups;
  servers!.rules.push({ id: 'sgr-1', ...API, prefixList: 'pl-1', tags: {} });
  world.network.prefixLists.push({
    id: 'pl-1',
    name: 'clients',
    version: 7,
    state: 'modify-complete',
    entries: [
      { cidr: '10.0.32.0/24', description: 'workers, zone c' },
      { cidr: '10.0.33.0/24' },
      { cidr: '192.0.2.0/24', description: 'office' },
    ],
    users: ['sg-servers'],
    tags: {},
  });
  return world;
}

/** The same, where the servers admit the workers by three rules of their group, and others by two. */
export function groupWorld(): NetworkWorld {
  const world = networkWorld();
  const tags = { env: 'prod', team: 'net' };
  world.network.groups[0]!.rules.push(
    { id: 'sgr-1', ...API, cidr: '10.0.32.0/24', description: 'workers c', tags },
    { id: 'sgr-2', ...API, cidr: '10.0.33.0/24', tags: {} },
    { id: 'sgr-3', ...API, group: 'sg-workers', description: 'by group', tags: {} },
    { id: 'sgr-4', ...API, cidr: '192.0.2.0/24', tags: {} },
    { id: 'sgr-5', ...API, cidr: '10.0.0.0/8', from: 22, to: 22, tags: {} },
  );
  return world;
}

/** The fleet of that world: cp0, cp1, w0 and w1. */
export function networkFleet(world: FakeWorld): FleetNode[] {
  return world.machines.map((machine, n) => ({
    name: n < 2 ? `cp${n}` : `w${n - 2}`,
    cluster: 'prod',
    roles: n < 2 ? ['control-plane', 'etcd'] : ['worker'],
    address: machine.privateIp,
    labels: {},
    instanceId: machine.id,
  }));
}
