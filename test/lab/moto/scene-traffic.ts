import { randomUUID } from 'node:crypto';
import { launch } from './account.ts';
import { all, ask, type MotoLever, node, one, REGION, trafficAt } from './scene.ts';
import type { Moto } from './server.ts';

const elb = (moto: Moto, action: string, parameters: Record<string, string>) =>
  ask(moto, 'elb', action, parameters);

async function targetGroup(moto: Moto, vpc: string): Promise<string> {
  const Name = `g${randomUUID().slice(0, 12)}`;
  const made = await elb(moto, 'CreateTargetGroup', { Name, Protocol: 'HTTP', Port: '80', VpcId: vpc });
  return one('TargetGroupArn', made);
}

async function usualVpc(moto: Moto): Promise<{ vpc: string; subnets: string[] }> {
  const text = await ask(moto, 'ec2', 'DescribeSubnets', {
    'Filter.1.Name': 'defaultForAz',
    'Filter.1.Value.1': 'true',
  });
  return { vpc: one('vpcId', text), subnets: all('subnetId', text).slice(0, 2) };
}

export const cordonBalancer: MotoLever = {
  name: 'cordon --at balancer',
  args: ['cordon', '--at', 'balancer', '--nodes', 'n0'],
  targets: 1,
  async open(moto) {
    const { vpc } = await usualVpc(moto);
    const ids = await launch(moto, REGION, 2);
    const group = await targetGroup(moto, vpc);
    const targets = ids.flatMap((id, n) => [
      [`Targets.member.${n + 1}.Id`, id],
      [`Targets.member.${n + 1}.Port`, '8080'],
    ]);
    await elb(moto, 'RegisterTargets', { TargetGroupArn: group, ...Object.fromEntries(targets) });
    const old = await classicBalancer(moto, ids);
    const named = (id: string | undefined) => `n${ids.indexOf(id!)}`;
    return {
      nodes: ids.map((id, n) => node(`n${n}`, id)),
      async picture() {
        const text = await elb(moto, 'DescribeTargetHealth', { TargetGroupArn: group });
        const [seen, ports, states] = ['Id', 'Port', 'State'].map((tag) => all(tag, text));
        const inGroup = seen!.map((id, n) => `${named(id)} ${ports![n]} ${states![n]}`);
        return [...inGroup.sort(), 'classic', ...(await old.instances()).map(named).sort()].join('\n');
      },
      stands: /^n1 8080 healthy\nclassic\nn1$/,
      async close() {
        await elb(moto, 'DeleteTargetGroup', { TargetGroupArn: group });
        await old.close();
      },
    };
  },
};

/** A Classic Load Balancer with these instances. */
async function classicBalancer(moto: Moto, ids: string[]) {
  const LoadBalancerName = `old-${randomUUID().slice(0, 8)}`;
  const classic = (action: string, parameters: Record<string, string> = {}) =>
    ask(moto, 'classic', action, { LoadBalancerName, ...parameters });
  await classic('CreateLoadBalancer', {
    'Listeners.member.1.Protocol': 'HTTP',
    'Listeners.member.1.LoadBalancerPort': '80',
    'Listeners.member.1.InstancePort': '8080',
    'AvailabilityZones.member.1': 'us-west-2a',
  });
  const members = Object.fromEntries(ids.map((id, n) => [`Instances.member.${n + 1}.InstanceId`, id]));
  await classic('RegisterInstancesWithLoadBalancer', members);
  return {
    instances: async () => all('InstanceId', await classic('DescribeInstanceHealth')),
    close: () => classic('DeleteLoadBalancer'),
  };
}

export const evacuateListener: MotoLever = {
  name: 'evacuate at a listener',
  args: ['evacuate', '--nodes', 'n0', '--steps', '50,0', '--pause', '0s'],
  targets: 1,
  async open(moto) {
    const { vpc, subnets } = await usualVpc(moto);
    const [id] = await launch(moto, REGION, 1);
    const groups = [await targetGroup(moto, vpc), await targetGroup(moto, vpc)];
    const balancer = await elb(moto, 'CreateLoadBalancer', {
      Name: `b${randomUUID().slice(0, 12)}`,
      'Subnets.member.1': subnets[0]!,
      'Subnets.member.2': subnets[1]!,
    });
    for (const TargetGroupArn of groups)
      await elb(moto, 'RegisterTargets', { TargetGroupArn, 'Targets.member.1.Id': id! });
    const forward = 'DefaultActions.member.1.ForwardConfig';
    const made = await elb(moto, 'CreateListener', {
      LoadBalancerArn: one('LoadBalancerArn', balancer),
      Protocol: 'HTTP',
      Port: '80',
      'DefaultActions.member.1.Type': 'forward',
      [`${forward}.TargetGroups.member.1.TargetGroupArn`]: groups[0]!,
      [`${forward}.TargetGroups.member.1.Weight`]: '10',
      [`${forward}.TargetGroups.member.2.TargetGroupArn`]: groups[1]!,
      [`${forward}.TargetGroups.member.2.Weight`]: '20',
      [`${forward}.TargetGroupStickinessConfig.Enabled`]: 'true',
      [`${forward}.TargetGroupStickinessConfig.DurationSeconds`]: '60',
    });
    const listener = one('ListenerArn', made);
    const places = [{ listener, groups: { prod: groups[0], other: groups[1] } }];
    return {
      nodes: [node('n0', id!)],
      cluster: trafficAt(places),
      async picture() {
        const text = await elb(moto, 'DescribeListeners', { 'ListenerArns.member.1': listener });
        return ['Weight', 'Enabled', 'DurationSeconds', 'Type']
          .map((tag) => all(tag, text).join(' '))
          .join('\n');
      },
      stands: /^0 980\ntrue\n60\n/,
    };
  },
};
