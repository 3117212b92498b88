import { CloudError } from '../errors.ts';
import { membersOf, type QueryParameters, recordsOf, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { XmlRecord } from '../xml.ts';
import type { BalancerWorld, RegisteredTarget, TargetGroupState } from './world.ts';

/** What Elastic Load Balancing does with target groups and their targets. */
export function targetOperations(world: () => BalancerWorld, now: () => number): QueryOperations {
  const group = (parameters: QueryParameters) =>
    groupOf(world(), required(parameters, 'TargetGroupArn'), now());
  return {
    DescribeTargetGroups(parameters) {
      const arns = membersOf(parameters, 'TargetGroupArns');
      if (arns.length > 0)
        return { TargetGroups: arns.map((arn) => groupValue(groupOf(world(), arn, now()))) };
      const { groups } = world();
      const size = Number(parameters.get('PageSize') ?? 400);
      if (!(size >= 1 && size <= 400))
        throw new CloudError('ValidationError', `'${size}' for PageSize must be from 1 to 400`);
      const from = Number(parameters.get('Marker') ?? 0);
      const next = from + size < groups.length ? String(from + size) : undefined;
      return { TargetGroups: groups.slice(from, from + size).map(groupValue), NextMarker: next };
    },
    DescribeTargetHealth(parameters) {
      const found = group(parameters);
      const asked = recordsOf(parameters, 'Targets');
      const targets: RegisteredTarget[] =
        asked.length === 0
          ? found.targets
          : found.targets.filter((t) => asked.some((a) => a.get('Id') === t.id));
      return { TargetHealthDescriptions: targets.map((target) => healthValue(target, found)) };
    },
    DescribeTargetGroupAttributes(parameters) {
      const Value = String(group(parameters).drainSeconds);
      return { Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value }] };
    },
    DeregisterTargets(parameters) {
      const found = group(parameters);
      for (const named of recordsOf(parameters, 'Targets')) {
        const target = one(found, named);
        if (!target) throw new CloudError('InvalidTarget', `The target ${named.get('Id')} is not registered`);
        if (target.state !== 'draining') drain(target, found, now() + world().drainMs);
      }
      return {};
    },
    RegisterTargets(parameters) {
      const found = group(parameters);
      for (const named of recordsOf(parameters, 'Targets')) {
        const zone = named.get('AvailabilityZone');
        if (zone && found.type === 'instance')
          throw new CloudError('ValidationError', 'You cannot specify an Availability Zone for this target');
        const known = one(found, named);
        if (known && known.state !== 'draining') continue;
        found.targets = found.targets.filter((target) => target !== known);
        found.targets.push({
          id: named.get('Id')!,
          port: portOf(found, named),
          ...(zone && { zone }),
          state: 'initial',
          until: now() + world().checkMs,
        });
      }
      found.targets.sort((a, b) => (`${a.id}:${a.port}` < `${b.id}:${b.port}` ? -1 : 1));
      return {};
    },
  };
}

function drain(target: RegisteredTarget, group: TargetGroupState, until: number): void {
  if (group.balancers.length === 0) group.targets = group.targets.filter((other) => other !== target);
  else Object.assign(target, { state: 'draining', until });
}

/** The group as it is by now: drains that are over, targets whose checks have passed. */
function groupOf(world: BalancerWorld, arn: string, now: number): TargetGroupState {
  const group = world.groups.find((known) => known.arn === arn);
  if (!group) throw new CloudError('TargetGroupNotFound', `Target groups '${arn}' not found`);
  const over = (target: RegisteredTarget) => target.until !== undefined && target.until <= now;
  group.targets = group.targets.filter((target) => !(target.state === 'draining' && over(target)));
  for (const target of group.targets)
    if (target.state === 'initial' && over(target)) target.state = 'healthy';
  return group;
}

const portOf = (group: TargetGroupState, named: QueryParameters) => Number(named.get('Port') ?? group.port);

function one(group: TargetGroupState, named: QueryParameters): RegisteredTarget | undefined {
  return group.targets.find((t) => t.id === named.get('Id') && t.port === portOf(group, named));
}

function groupValue({ arn, name, type, vpc, port, protocol, balancers }: TargetGroupState): XmlRecord {
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    TargetType: type,
    Port: port,
    Protocol: protocol,
    VpcId: vpc ?? 'vpc-0',
    LoadBalancerArns: balancers,
  };
}

function healthValue({ id, port, zone, state }: RegisteredTarget, group: TargetGroupState): XmlRecord {
  const unused = group.balancers.length === 0;
  return {
    Target: { Id: id, Port: port, AvailabilityZone: zone },
    HealthCheckPort: String(port),
    TargetHealth: {
      State: unused ? 'unused' : state,
      Reason: unused ? 'Target.NotInUse' : REASONS[state],
    },
  };
}

const REASONS = {
  initial: 'Elb.InitialHealthChecking',
  healthy: undefined,
  unhealthy: 'Target.FailedHealthChecks',
  draining: 'Target.DeregistrationInProgress',
};
