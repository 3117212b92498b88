import { CloudError } from '../errors.ts';
import { membersOf, type QueryParameters, recordsOf, required } from '../query/parameters.ts';
import { type QueryOperations, queryService } from '../query/service.ts';
import type { CloudService, ServiceDeps } from '../service.ts';
import type { XmlRecord } from '../xml.ts';
import type { CloudGroup, GroupMember } from './groups.ts';
import { MOVE_MS, passTime } from './pass-time.ts';

const PROCESSES = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

/** Simulated Auto Scaling: the operations that take machines out of their groups and back. */
export function autoscaling(deps: Pick<ServiceDeps, 'world'>): CloudService {
  return queryService('http://autoscaling.amazonaws.com/doc/2011-01-01/', new Groups(deps).operations);
}

const isArn = (text: string) => text.startsWith('arn:');

class Groups {
  readonly #world: ServiceDeps['world'];
  readonly operations: QueryOperations;

  constructor({ world }: Pick<ServiceDeps, 'world'>) {
    this.#world = world;
    this.operations = {
      DescribeAutoScalingInstances: (p) => this.#describeInstances(p),
      DescribeAutoScalingGroups: (p) => this.#describeGroups(p),
      SuspendProcesses: (p) => this.#suspend(p, true),
      ResumeProcesses: (p) => this.#suspend(p, false),
      EnterStandby: (p) => this.#enterStandby(p),
      ExitStandby: (p) => this.#exitStandby(p),
      CreateOrUpdateTags: (p) => this.#tag(p, (group, key, value) => (group.tags[key] = value)),
      DeleteTags: (p) => this.#tag(p, (group, key) => delete group.tags[key]),
    };
  }

  #all(): CloudGroup[] {
    const groups = this.#world.groups ?? [];
    for (const group of groups) passTime(group, this.#world);
    return groups;
  }

  #one(parameters: QueryParameters): CloudGroup {
    const name = required(parameters, 'AutoScalingGroupName');
    const found = this.#all().find((group) => group.name === name);
    if (!found) throw invalid('AutoScalingGroup name not found - null');
    return found;
  }

  /** What is in no group is left out: it is not an error. */
  #describeInstances(parameters: QueryParameters): XmlRecord {
    const ids = membersOf(parameters, 'InstanceIds');
    const found = this.#all().flatMap((group) =>
      group.members
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .map((member) => ({ ...this.#memberValue(member, true), AutoScalingGroupName: group.name })),
    );
    return { AutoScalingInstances: found };
  }

  #describeGroups(parameters: QueryParameters): XmlRecord {
    const names = membersOf(parameters, 'AutoScalingGroupNames');
    const found = this.#all().filter(({ name }) => names.length === 0 || names.includes(name));
    return {
      AutoScalingGroups: found.map((group) => ({
        AutoScalingGroupName: group.name,
        MinSize: group.min,
        MaxSize: group.max,
        DesiredCapacity: group.desired,
        Status: group.status,
        HealthCheckType: group.elb ? 'EC2,ELB' : 'EC2',
        HealthCheckGracePeriod: group.elb?.graceSeconds ?? 0,
        TargetGroupARNs: group.attached?.filter(isArn),
        LoadBalancerNames: group.attached?.filter((one) => !isArn(one)),
        Instances: group.members.map((member) => this.#memberValue(member, false)),
        SuspendedProcesses: group.suspended.map((name) => ({
          ProcessName: name,
          SuspensionReason: 'User suspended at 2026-01-01T00:00:00Z',
        })),
        Tags: Object.entries(group.tags).map(([Key, Value]) => ({
          ResourceId: group.name,
          ResourceType: 'auto-scaling-group',
          Key,
          Value,
          PropagateAtLaunch: false,
        })),
      })),
    };
  }

  /** One call writes the health in capitals, the other does not. */
  #memberValue({ id, lifecycle, health, weight }: GroupMember, capitals: boolean): XmlRecord {
    return {
      InstanceId: id,
      AvailabilityZone: this.#world.instances().find((one) => one.id === id)?.zone,
      LifecycleState: lifecycle,
      HealthStatus: capitals ? health.toUpperCase() : health,
      WeightedCapacity: weight,
    };
  }

  #suspend(parameters: QueryParameters, on: boolean): XmlRecord {
    const group = this.#one(parameters);
    const named = membersOf(parameters, 'ScalingProcesses');
    const wrong = named.find((name) => !PROCESSES.includes(name));
    if (wrong) throw invalid(`${wrong} is not a valid process type`);
    const names = named.length > 0 ? named : PROCESSES;
    const others = group.suspended.filter((name) => !names.includes(name));
    group.suspended = on ? [...others, ...names] : others;
    return {};
  }

  #enterStandby(parameters: QueryParameters): XmlRecord {
    const { group, members } = this.#members(parameters, 'InService');
    const less = parameters.get('ShouldDecrementDesiredCapacity') === 'true';
    const desired = group.desired - members.length;
    if (less && desired < group.min)
      throw invalid(
        `AutoScalingGroup ${group.name} has min-size=${group.min}, max-size=${group.max}, and desired-size=${group.desired}. ` +
          `To place into standby ${members.length} instance(s), please update the AutoScalingGroup sizes appropriately.`,
      );
    if (less) group.desired = desired;
    move(members, 'EnteringStandby', 'Standby');
    return { Activities: [] };
  }

  /** A group whose Launch is suspended takes nothing back. */
  #exitStandby(parameters: QueryParameters): XmlRecord {
    const { group, members } = this.#members(parameters, 'Standby');
    if (group.desired + members.length > group.max)
      throw invalid(`AutoScalingGroup ${group.name} would exceed max-size=${group.max}.`);
    if (group.suspended.includes('Launch')) return { Activities: [] };
    group.desired += members.length;
    move(members, 'Pending', 'InService');
    return { Activities: [] };
  }

  #members(parameters: QueryParameters, state: string): { group: CloudGroup; members: GroupMember[] } {
    const group = this.#one(parameters);
    const members = membersOf(parameters, 'InstanceIds').map((id) => {
      const member = group.members.find((one) => one.id === id);
      if (!member) throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
      if (member.lifecycle !== state) throw invalid(`The instance ${id} is not in ${state}.`);
      return member;
    });
    return { group, members };
  }

  #tag(
    parameters: QueryParameters,
    change: (group: CloudGroup, key: string, value: string) => unknown,
  ): XmlRecord {
    for (const tag of recordsOf(parameters, 'Tags')) {
      const group = this.#all().find(({ name }) => name === tag.get('ResourceId'));
      if (!group) throw invalid('Resource does not exist');
      change(group, required(tag, 'Key'), tag.get('Value') ?? '');
    }
    return {};
  }
}

function move(members: GroupMember[], through: string, to: string): void {
  for (const member of members) {
    member.lifecycle = through;
    setTimeout(() => {
      member.lifecycle = to;
    }, MOVE_MS).unref();
  }
}

function invalid(message: string): CloudError {
  return new CloudError('ValidationError', message);
}
