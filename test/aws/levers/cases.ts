import { expect } from 'vitest';
import { markOf as listMark } from '../../../src/actions/fence-eks/lease.ts';
import { leaseTags, markOf } from '../../../src/actions/fence-network/lease.ts';
import type { TrafficSwitch } from '../../../src/kit/types.ts';
import { atListener, atRecord, LISTENER, threeClusters } from '../../actions/evacuate/bench.ts';
import {
  groupWorld,
  listWorld,
  type NetworkWorld,
  networkFleet,
  networkWorld,
} from '../../actions/fence-network/world.ts';
import { controlPlane, TEMPLATE } from '../../actions/scale-add/world.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../../drill/cloud/fake-world.ts';
import { workersOf } from './kit.ts';
import type { Lever } from './types.ts';

const BIG = 'm7i.8xlarge';

/** Every lever, each in a few lines. */
export const LEVERS: Lever[] = [
  {
    name: 'scale',
    args: ['scale', '--nodes', 'n0', '--type', BIG, '--ignore-quorum'],
    targets: 1,
    world: () => fakeWorld(2),
    stands: ({ machines }) => {
      expect(machines[0]).toMatchObject({ type: BIG, state: 'running' });
      expect(machines[1]).toMatchObject({ type: 'm5.large', state: 'running' });
    },
  },
  {
    name: 'cordon-balancer',
    args: ['cordon', '--at', 'balancer', '--nodes', 'n0'],
    targets: 1,
    world: () => balanced(fakeWorld(2, (machine) => Object.assign(machine, { vpc: 'vpc-0' }))),
    stands: ({ balancers }) => {
      for (const { targets } of balancers!.groups)
        expect(targets).toMatchObject([{ id: expect.stringMatching(/1$/), state: 'healthy' }]);
      expect(balancers!.classic).toMatchObject([{ instances: [{ id: instanceId(1), state: 'healthy' }] }]);
    },
  },
  {
    name: 'fence-network',
    args: ['fence', '--at', 'network'],
    targets: 2,
    undone: 1,
    world: networkWorld,
    nodes: networkFleet,
    stands: (world) => {
      const { acls } = (world as NetworkWorld).network;
      const ours = acls.flatMap(({ entries }) => entries.filter(({ number }) => number < 100));
      expect(ours).toEqual([
        {
          number: 1,
          egress: false,
          action: 'deny',
          protocol: '6',
          cidr: '10.0.32.0/23',
          from: 6443,
          to: 6443,
        },
      ]);
    },
  },
  {
    name: 'evacuate',
    args: ['evacuate', '--nodes', 'n0', '--steps', '50,0', '--pause', '0s'],
    targets: 1,
    world: () => Object.assign(fakeWorld(6), threeClusters()),
    cluster: trafficOf([atListener, atRecord]),
    stands({ balancers, dns }) {
      const forward = balancers!.forwards.find(({ arn }) => arn === LISTENER)!;
      expect(forward.groups.map(({ weight }) => weight)).toEqual([0, 570, 380]);
      expect(dns!.zones.Z1!.map(({ weight }) => weight)).toEqual([0, 255, 0]);
    },
  },
  {
    name: 'scale-volume',
    args: ['scale', '--iops', '16000', '--device', '/dev/sdb', '--nodes', 'n0'],
    targets: 1,
    world: () => withVolumes(fakeWorld(1)),
    nodes: (world) => workersOf(world).map((node) => ({ ...node, roles: ['control-plane'] })),
    stands: ({ volumes }) => {
      expect(volumes).toMatchObject([{ iops: 3000 }, { iops: 16_000, throughput: 125, modified: 1 }]);
    },
  },
  {
    name: 'scale-add',
    args: ['scale', '--add', '2', '--template', TEMPLATE, '--ignore-quorum'],
    targets: 1,
    world: controlPlane,
    nodes: (world) => workersOf(world).map((node) => ({ ...node, roles: ['control-plane'] })),
    stands({ machines, balancers }) {
      expect(machines.slice(3)).toMatchObject([
        { type: 'm7i.4xlarge', state: 'running', subnet: 'subnet-0' },
        { type: 'm7i.4xlarge', state: 'running', subnet: 'subnet-1' },
      ]);
      const [api, byAddress] = balancers!.groups;
      for (const { targets } of [api!, byAddress!])
        expect(targets.map(({ state }) => state)).toEqual(Array(5).fill('healthy'));
    },
  },
  {
    name: 'scale-eks',
    args: ['scale', '--eks-tier', 'tier-xl', '--nodes', 'n0'],
    targets: 1,
    world: () => Object.assign(fakeWorld(1), { eks: [{ name: 'prod', status: 'ACTIVE', tier: 'standard' }] }),
    stands: ({ eks }) => {
      expect(eks).toMatchObject([{ status: 'ACTIVE', tier: 'tier-xl' }]);
      expect(Object.keys(eks![0]!.updates!)).toHaveLength(1);
    },
  },
  {
    name: 'fence-eks',
    args: ['fence', '--at', 'network', '--with', 'eks', '--allow', '203.0.113.7', '--nodes', 'n0'],
    targets: 1,
    world: () =>
      Object.assign(fakeWorld(1), {
        eks: [
          {
            name: 'prod',
            status: 'ACTIVE',
            access: { privateToo: true, publicToo: true, cidrs: ['198.51.100.0/24', '203.0.113.0/24'] },
            tags: { team: 'web' },
          },
        ],
      }),
    stands: ({ eks }) => {
      const [cluster] = eks!;
      expect(cluster).toMatchObject({
        status: 'ACTIVE',
        access: { privateToo: true, publicToo: true, cidrs: ['203.0.113.7/32'] },
        tags: { team: 'web', 'fireaxe:run': expect.any(String), 'fireaxe:until': expect.any(String) },
      });
      expect(Object.keys(cluster!.updates!)).toHaveLength(1);
    },
  },
  {
    name: 'sweep',
    args: ['sweep'],
    targets: 1,
    world: leftFences,
    nodes: networkFleet,
    stands: (world) => {
      const [acl] = (world as NetworkWorld).network.acls;
      expect(acl!.entries.map(({ number }) => number)).toEqual([100, 32_767, 100, 32_767]);
      expect(acl!.tags).toEqual({ Name: 'cp' });
      expect(world.eks).toMatchObject([{ access: { cidrs: ['0.0.0.0/0'] }, tags: {} }]);
    },
  },
  ...(['stop', 'standby'] as const).map(
    (how): Lever => ({
      name: 'shrink-group',
      title: `shrink-group --how ${how}`,
      args: [
        'shrink',
        '--at',
        'cloud',
        '--how',
        how,
        '--nodes',
        'n[0-1]',
        '--share',
        '100%',
        '--wave',
        '100%',
      ],
      targets: 2,
      world: () => grouped(fakeWorld(3)),
      stands: ({ machines, groups }) => {
        const [group] = groups!;
        expect(group!.suspended).toEqual(expect.arrayContaining(['Launch', 'Terminate', 'ScheduledActions']));
        const out =
          how === 'stop'
            ? machines.filter(({ state }) => state === 'stopped')
            : group!.members.filter(({ lifecycle }) => lifecycle === 'Standby');
        expect(out.map(({ id }) => id)).toEqual([instanceId(0), instanceId(1)]);
      },
    }),
  ),
];

/** Fences of a run that nobody here knows, whose time is over. */
function leftFences(): FakeWorld {
  const world = networkWorld();
  const [acl] = world.network.acls;
  const deny = { action: 'deny', cidr: '10.0.32.0/23', port: 6443 } as const;
  acl!.entries.unshift({
    ...{ number: 1, egress: false, action: 'deny', protocol: '6', cidr: deny.cidr, from: 6443, to: 6443 },
  });
  const lease = { run: '20200101T000000Z-gone', until: '2020-01-01T00:00:00Z' };
  Object.assign(acl!.tags, leaseTags({ ...lease, rules: markOf({ number: 1, ...deny }) }));
  const fenced = ['203.0.113.7/32'];
  world.eks = [
    {
      name: 'prod',
      status: 'ACTIVE',
      access: { privateToo: true, publicToo: true, cidrs: fenced },
      tags: { ...leaseTags({ ...lease, rules: listMark(fenced) }), 'fireaxe:former': '0.0.0.0/0' },
    },
  ];
  return world;
}

function withVolumes(world: FakeWorld): FakeWorld {
  const gp3 = { instance: instanceId(0), type: 'gp3', sizeGib: 100, iops: 3000, throughput: 125 } as const;
  world.volumes = [
    { ...gp3, id: 'vol-0aaa', device: '/dev/xvda' },
    { ...gp3, id: 'vol-0bbb', device: '/dev/sdb' },
  ];
  return world;
}

/** All machines in one scaling group, of which somebody suspended something. */
function grouped(world: FakeWorld): FakeWorld {
  for (const { tags } of world.machines) tags['aws:autoscaling:groupName'] = 'workers';
  world.groups = [
    {
      name: 'workers',
      min: 1,
      max: 5,
      desired: 3,
      suspended: ['AZRebalance', 'ScheduledActions'],
      tags: { team: 'web' },
      members: world.machines.map(({ id }) => ({ id, lifecycle: 'InService', health: 'Healthy' })),
    },
  ];
  return world;
}

/** The cluster of these tests is `prod`. */
function trafficOf(traffic: TrafficSwitch[]): Record<string, unknown> {
  const renamed = JSON.parse(JSON.stringify(traffic).replaceAll('"a":', '"prod":')) as TrafficSwitch[];
  return { cloud: { profile: 'lab', region: 'us-west-2', traffic: renamed } };
}

/** Both machines in two target groups, by instance and by address. */
function balanced(world: FakeWorld): FakeWorld {
  const group = (
    name: string,
    type: 'instance' | 'ip',
    port: number,
    targets: { id: string; zone?: string }[],
  ) => ({
    arn: `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/${name}/0123456789abcdef`,
    name,
    type,
    port,
    protocol: 'HTTPS',
    balancers: ['arn:lb'],
    drainSeconds: 300,
    targets: targets.map((target) => ({ ...target, port, state: 'healthy' as const })),
  });
  const addresses = world.machines.map(({ privateIp }) => ({ id: privateIp, zone: 'us-west-2a' }));
  world.balancers = {
    groups: [
      group('web', 'instance', 443, [{ id: instanceId(0) }, { id: instanceId(1) }]),
      group('api', 'ip', 8443, addresses),
    ],
    classic: [
      {
        name: 'old',
        port: 8080,
        drainSeconds: 300,
        instances: world.machines.map(({ id }) => ({ id, state: 'healthy' as const })),
      },
    ],
    forwards: [],
    drainMs: 0,
    checkMs: 0,
  };
  // It takes its balancers' word, and replaces nothing.
  world.groups = [
    {
      ...{ name: 'web', min: 1, max: 5, desired: 2, tags: {}, suspended: ['ReplaceUnhealthy'] },
      attached: ['old'],
      elb: { bootMs: 0, graceSeconds: 0 },
      members: world.machines.map(({ id }) => ({ id, lifecycle: 'InService', health: 'Healthy' })),
    },
  ];
  return world;
}

const stands = () => {};

/** Other ways of a lever, with other calls. */
export const WAYS: Lever[] = [
  {
    name: 'fence-network-list',
    args: ['fence', '--at', 'network', '--with', 'prefix-list'],
    targets: 2,
    undone: 1,
    world: listWorld,
    nodes: networkFleet,
    stands,
  },
  {
    name: 'fence-network-group',
    args: ['fence', '--at', 'network', '--with', 'security-group'],
    targets: 2,
    undone: 1,
    world: groupWorld,
    nodes: networkFleet,
    stands,
  },
];
