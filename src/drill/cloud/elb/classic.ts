import { CloudError } from '../errors.ts';
import { type QueryParameters, recordsOf, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { XmlRecord } from '../xml.ts';
import type { BalancerWorld, ClassicBalancer } from './world.ts';

/** What Elastic Load Balancing does with Classic Load Balancers and their instances. */
export function classicOperations(world: () => BalancerWorld, now: () => number): QueryOperations {
  const named = (parameters: QueryParameters) =>
    balancerOf(world(), required(parameters, 'LoadBalancerName'), now());
  const idsIn = (parameters: QueryParameters) =>
    recordsOf(parameters, 'Instances').map((one) => one.get('InstanceId')!);
  return {
    DescribeLoadBalancers() {
      const all = world().classic ?? [];
      return { LoadBalancerDescriptions: all.map(balancerValue) };
    },
    DescribeInstanceHealth: (parameters) => ({ InstanceStates: named(parameters).instances.map(stateValue) }),
    DescribeLoadBalancerAttributes(parameters) {
      const { drainSeconds } = named(parameters);
      return {
        LoadBalancerAttributes: {
          ConnectionDraining: { Enabled: drainSeconds > 0, Timeout: drainSeconds || undefined },
        },
      };
    },
    DeregisterInstancesFromLoadBalancer(parameters) {
      const balancer = named(parameters);
      for (const id of idsIn(parameters)) {
        const found = balancer.instances.find((one) => one.id === id);
        if (!found) throw new CloudError('InvalidInstance', `The instance ${id} is not registered`);
        if (found.state !== 'draining')
          Object.assign(found, { state: 'draining', until: now() + world().drainMs });
      }
      return { Instances: idsOf(balancer) };
    },
    RegisterInstancesWithLoadBalancer(parameters) {
      const balancer = named(parameters);
      for (const id of idsIn(parameters)) {
        const known = balancer.instances.find((one) => one.id === id);
        if (known && known.state !== 'draining') continue;
        balancer.instances = balancer.instances.filter((one) => one !== known);
        balancer.instances.push({ id, state: 'initial', until: now() + world().checkMs });
      }
      balancer.instances.sort((a, b) => (a.id < b.id ? -1 : 1));
      return { Instances: idsOf(balancer) };
    },
  };
}

const idsOf = ({ instances }: ClassicBalancer) =>
  instances.filter(({ state }) => state !== 'draining').map(({ id }) => ({ InstanceId: id }));

/** The balancer as it is by now: drains that are over, instances whose checks have passed. */
function balancerOf({ classic = [] }: BalancerWorld, name: string, now: number): ClassicBalancer {
  const found = classic.find((one) => one.name === name);
  if (!found)
    throw new CloudError('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${name}'`);
  const over = ({ until }: { until?: number }) => until !== undefined && until <= now;
  found.instances = found.instances.filter((one) => !(one.state === 'draining' && over(one)));
  for (const one of found.instances)
    if (one.state === 'initial' && over(one)) {
      one.state = 'healthy';
      delete one.until;
    }
  return found;
}

function balancerValue(balancer: ClassicBalancer): XmlRecord {
  return {
    LoadBalancerName: balancer.name,
    VPCId: balancer.vpc,
    ListenerDescriptions: [
      {
        Listener: {
          Protocol: 'TCP',
          LoadBalancerPort: 443,
          InstanceProtocol: 'TCP',
          InstancePort: balancer.port,
        },
      },
    ],
    Instances: idsOf(balancer),
  };
}

/** An instance that drains stays in service. */
function stateValue({ id, state }: ClassicBalancer['instances'][number]): XmlRecord {
  const inService = state === 'healthy' || state === 'draining';
  return {
    InstanceId: id,
    State: inService ? 'InService' : 'OutOfService',
    ReasonCode: inService ? 'N/A' : state === 'initial' ? 'ELB' : 'Instance',
    Description:
      state === 'draining'
        ? 'Instance deregistration currently in progress.'
        : state === 'initial'
          ? 'Instance registration is still in progress.'
          : 'N/A',
  };
}
