import type { CloudLaunches, TemplateVersion } from '../../../src/drill/cloud/ec2/launches.ts';
import type { BalancerWorld, TargetGroupState } from '../../../src/drill/cloud/elb/world.ts';
import { type FakeWorld, fakeWorld } from '../../drill/cloud/fake-world.ts';

export const TEMPLATE = 'lt-0123456789abcdef0';

/** A control plane of three in three zones, its balancer, and a template for more of it. */
export function controlPlane(count = 3): FakeWorld {
  return withLaunches(
    fakeWorld(count, (machine, n) =>
      Object.assign(machine, { vpc: 'vpc-0', subnet: `subnet-${n % 3}`, zone: `us-west-2${'abc'[n % 3]}` }),
    ),
  );
}

export function withLaunches(world: FakeWorld): FakeWorld {
  const versions: TemplateVersion[] = [
    { number: 1, image: 'ami-0aaa', type: 'm5.large', tags: {} },
    {
      number: 2,
      image: 'ami-0bbb',
      type: 'm7i.4xlarge',
      tags: { 'kubernetes.io/cluster/prod': 'owned', Name: 'api' },
    },
  ];
  world.launches = {
    templates: [{ id: TEMPLATE, name: 'api-servers', usual: 2, versions }],
    subnets: ['a', 'b', 'c'].map((zone, n) => ({
      id: `subnet-${n}`,
      zone: `us-west-2${zone}`,
      vpc: 'vpc-0',
    })),
    moveMs: 1,
    statusMs: 1,
    tokens: new Map(),
  } satisfies CloudLaunches;
  world.add = (machine) => void world.machines.push(machine);
  world.balancers = balancersOf(world);
  return world;
}

/** The API by instance and by address, and a group of users' traffic that no server of the API is in. */
function balancersOf(world: FakeWorld): BalancerWorld {
  const group = (name: string, more: Partial<TargetGroupState>): TargetGroupState => ({
    arn: `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/${name}/0123456789abcdef`,
    name,
    type: 'instance',
    vpc: 'vpc-0',
    port: 6443,
    protocol: 'TCP',
    balancers: ['arn:lb'],
    drainSeconds: 300,
    targets: [],
    ...more,
  });
  const healthy = (id: string, port: number) => ({ id, port, state: 'healthy' as const });
  return {
    groups: [
      group('api', { targets: world.machines.map(({ id }) => healthy(id, 6443)) }),
      group('api-ip', {
        type: 'ip',
        port: 443,
        targets: world.machines.map(({ privateIp }) => healthy(privateIp, 8443)),
      }),
      group('web', { port: 80, targets: [healthy('i-0123456789abcdef0', 80)] }),
      // The same addresses in another network.
      group('elsewhere', {
        type: 'ip',
        vpc: 'vpc-1',
        targets: [healthy(world.machines[0]!.privateIp, 6443)],
      }),
    ],
    forwards: [],
    drainMs: 1,
    checkMs: 1,
  };
}
