import { CloudError } from '../errors.ts';
import { listOf, type QueryParameters, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { ServiceDeps } from '../service.ts';
import type { CloudInstance } from '../world.ts';
import type { XmlRecord } from '../xml.ts';
import { ACCOUNT, instanceValue, requireKnown, selected, stateValue } from './describe.ts';
import { dryRunEnds } from './dry-run.ts';
import type { CloudLaunches } from './launches.ts';
import { interfacesOf, type Named, parametersOf, tagsIn, templateIn, templateValue } from './template.ts';

/** Launches from a template, by a client token, and what ends them. */
export function launchOperations({ world, faults }: Pick<ServiceDeps, 'world' | 'faults'>): QueryOperations {
  const launches = () => {
    if (world.launches) return world.launches;
    throw new CloudError('UnsupportedOperation', 'Nothing can be launched in this world.');
  };

  function run(parameters: QueryParameters): XmlRecord {
    const of = launches();
    if (required(parameters, 'MinCount') !== '1' || required(parameters, 'MaxCount') !== '1')
      throw new CloudError('InvalidParameterValue', 'This world launches one machine a call.');
    const token = parameters.get('ClientToken') ?? '';
    if (token.length > 64) throw new CloudError('InvalidParameterValue', 'The client token is too long.');
    const named = templateIn(of, parameters);
    const place = placeOf(of, named, parameters);
    dryRunEnds(parameters);
    const known = of.tokens.get(token);
    if (known && known.parameters !== parametersOf(parameters))
      throw new CloudError(
        'IdempotentParameterMismatch',
        'The client token was used with other parameters before.',
      );
    const { type = '' } = named.version;
    if (!known && faults.noRoomFor.has(type))
      throw new CloudError('InsufficientInstanceCapacity', `There is no capacity for ${type}.`, 500);
    const machine = known
      ? world.instances().find(({ id }) => id === known.id)!
      : begin(of, named, { ...asked(parameters, named), ...place }, faults.fallingTypes.has(type));
    if (!known) world.add?.(machine);
    of.tokens.set(token, { parameters: parametersOf(parameters), id: machine.id });
    return {
      reservationId: `r-${machine.id.slice(2)}`,
      ownerId: ACCOUNT,
      instancesSet: [instanceValue(machine)],
    };
  }

  return {
    DescribeLaunchTemplateVersions(parameters) {
      const versions = listOf(parameters, 'LaunchTemplateVersion');
      const found = versions.map((version) => templateIn(launches(), parameters, version));
      return { launchTemplateVersionSet: found.map(templateValue) };
    },
    RunInstances: run,
    DescribeInstanceStatus(parameters) {
      dryRunEnds(parameters);
      const found = selected(world, parameters).filter(({ state }) => state === 'running');
      return { instanceStatusSet: found.map((machine) => statusValue(machine, launches())) };
    },
    TerminateInstances(parameters) {
      const ids = listOf(parameters, 'InstanceId');
      requireKnown(world.instances(), ids);
      dryRunEnds(parameters);
      const machines = world.instances().filter(({ id }) => ids.includes(id));
      const kept = machines.find(({ endProtected }) => endProtected);
      if (kept)
        throw new CloudError(
          'OperationNotPermitted',
          `The instance '${kept.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        );
      return {
        instancesSet: machines.map((machine) => {
          const previousState = stateValue(machine.state);
          if (machine.state !== 'terminated') move(machine, 'shutting-down', 'terminated', launches().moveMs);
          return { instanceId: machine.id, currentState: stateValue(machine.state), previousState };
        }),
      };
    },
  };
}

interface Place {
  subnet: string;
  groups: string[];
}

interface Asked {
  token: string;
  tags: Record<string, string>;
  /** Protected against termination. */
  kept: boolean;
}

function asked(parameters: QueryParameters, { version }: Named): Asked {
  return {
    token: parameters.get('ClientToken') ?? '',
    tags: tagsIn(parameters, version),
    kept: (parameters.get('DisableApiTermination') ?? String(version.kept)) === 'true',
  };
}

/** The subnet that the request or the template's interface names. */
function placeOf(of: CloudLaunches, named: Named, parameters: QueryParameters): Place {
  const own = interfacesOf(parameters);
  const all = own.length > 0 ? own : (named.version.interfaces ?? []);
  const subnet = parameters.get('SubnetId');
  if (subnet && all.length > 0)
    throw new CloudError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  const id = subnet ?? all[0]?.subnet;
  const found = of.subnets.find((one) => one.id === id);
  if (!found) throw new CloudError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  if (named.version.zone && named.version.zone !== found.zone)
    throw new CloudError('InvalidParameterValue', `The subnet is not in ${named.version.zone}.`);
  return { subnet: found.id, groups: all[0]?.groups ?? [] };
}

function begin(
  of: CloudLaunches,
  { version, template }: Named,
  { token, tags, kept, subnet, groups }: Place & Asked,
  falls: boolean,
): CloudInstance {
  const n = of.tokens.size;
  const { zone, vpc } = of.subnets.find(({ id }) => id === subnet)!;
  const machine: CloudInstance = {
    id: `i-${`add${n.toString(16).padStart(4, '0')}`.padStart(17, '0')}`,
    type: version.type!,
    state: 'pending',
    tags: { ...tags, 'aws:ec2launchtemplate:id': template.id },
    privateIp: `10.9.0.${n + 1}`,
    zone,
    vpc,
    subnet,
    groups,
    ssm: 'absent',
    token,
    ...(kept && { endProtected: true }),
    launchedAt: new Date(),
  };
  if (falls) {
    machine.stateReason = {
      code: 'Client.InternalError',
      message: 'Client.InternalError: Client error on launch',
    };
    move(machine, 'pending', 'terminated', of.moveMs);
  } else move(machine, 'pending', 'running', of.moveMs);
  return machine;
}

/** Unless something else has happened to it meanwhile. */
function move(
  machine: CloudInstance,
  by: CloudInstance['state'],
  to: CloudInstance['state'],
  ms: number,
): void {
  machine.state = by;
  setTimeout(() => {
    if (machine.state === by) machine.state = to;
  }, ms).unref();
}

function statusValue(machine: CloudInstance, { statusMs }: CloudLaunches): XmlRecord {
  const since = Date.now() - (machine.launchedAt?.getTime() ?? 0);
  const status = { status: since < statusMs ? 'initializing' : 'ok' };
  return {
    instanceId: machine.id,
    availabilityZone: machine.zone,
    instanceState: stateValue(machine.state),
    systemStatus: status,
    instanceStatus: status,
  };
}
