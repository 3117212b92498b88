import { CloudError } from '../errors.ts';
import type { CloudFaults } from '../faults.ts';
import { listOf, type QueryParameters, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { CloudInstance, CloudWorld } from '../world.ts';
import type { XmlRecord } from '../xml.ts';
import { ACCOUNT, instanceValue, paged, requireKnown, selected, stateValue } from './describe.ts';
import { dryRunEnds } from './dry-run.ts';
import { factsOf } from './types-catalogue.ts';

/** What EC2 does with instances. */
export function instanceOperations(deps: { world: CloudWorld; faults: CloudFaults }): QueryOperations {
  return new Instances(deps).operations;
}

class Instances {
  readonly #world: CloudWorld;
  readonly #faults: CloudFaults;
  readonly operations: QueryOperations;

  constructor(options: { world: CloudWorld; faults: CloudFaults }) {
    this.#world = options.world;
    this.#faults = options.faults;
    this.operations = {
      DescribeInstances: (p) => this.#describeInstances(p),
      DescribeInstanceTypes: (p) => this.#describeInstanceTypes(p),
      DescribeInstanceAttribute: (p) => this.#describeInstanceAttribute(p),
      GetConsoleOutput: (p) => this.#console(p),
      StopInstances: (p) => this.#stop(p),
      StartInstances: (p) => this.#start(p),
      ModifyInstanceAttribute: (p) => this.#modify(p),
    };
  }

  #describeInstances(parameters: QueryParameters): XmlRecord {
    dryRunEnds(parameters);
    const { page, nextToken } = paged(selected(this.#world, parameters), parameters);
    return {
      reservationSet: page.map((instance) => ({
        reservationId: `r-${instance.id.slice(2)}`,
        ownerId: ACCOUNT,
        groupSet: [],
        instancesSet: [instanceValue(instance)],
      })),
      nextToken,
    };
  }

  #console(parameters: QueryParameters): XmlRecord {
    dryRunEnds(parameters);
    const instanceId = required(parameters, 'InstanceId');
    requireKnown(this.#world.instances(), [instanceId]);
    const output = Buffer.from(this.#world.console?.(instanceId) ?? '').toString('base64');
    return { instanceId, timestamp: new Date().toISOString(), output };
  }

  #describeInstanceTypes(parameters: QueryParameters): XmlRecord {
    dryRunEnds(parameters);
    const types = listOf(parameters, 'InstanceType');
    const unknown = types.filter((type) => !factsOf(type));
    if (unknown.length > 0)
      throw new CloudError(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      );
    return {
      instanceTypeSet: types.map((type) => {
        const facts = factsOf(type)!;
        return {
          instanceType: type,
          currentGeneration: true,
          vCpuInfo: { defaultVCpus: facts.vcpus },
          memoryInfo: { sizeInMiB: facts.memoryMib },
          processorInfo: { supportedArchitectures: [facts.architecture] },
        };
      }),
    };
  }

  #describeInstanceAttribute(parameters: QueryParameters): XmlRecord {
    const instance = this.#one(parameters);
    const attribute = required(parameters, 'Attribute');
    dryRunEnds(parameters);
    if (attribute === 'disableApiStop')
      return { instanceId: instance.id, disableApiStop: { value: instance.stopProtected === true } };
    if (attribute !== 'instanceType')
      throw new CloudError(
        'InvalidParameterValue',
        `Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`,
      );
    return { instanceId: instance.id, instanceType: { value: instance.type } };
  }

  #stop(parameters: QueryParameters): XmlRecord {
    const instances = this.#many(parameters);
    dryRunEnds(parameters);
    for (const instance of instances) {
      if (instance.rootDevice === 'instance-store')
        throw new CloudError(
          'UnsupportedOperation',
          `The instance '${instance.id}' does not have an 'ebs' root device type and cannot be stopped.`,
        );
      if (instance.stopProtected)
        throw new CloudError(
          'OperationNotPermitted',
          `The instance '${instance.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
        );
      if (instance.state === 'pending')
        throw new CloudError(
          'IncorrectInstanceState',
          `Instance '${instance.id}' cannot be stopped as it has never reached the 'running' state.`,
        );
      if (!['running', 'stopping', 'stopped'].includes(instance.state)) throw wrongState(instance, 'stopped');
    }
    const force = parameters.get('Force') === 'true';
    return this.#change(instances, 'stopping', (instance) => {
      if (instance.state === 'running' || (force && instance.state === 'stopping'))
        void this.#world.stop(instance.id, force).catch(() => {});
    });
  }

  #start(parameters: QueryParameters): XmlRecord {
    const instances = this.#many(parameters);
    dryRunEnds(parameters);
    for (const instance of instances) {
      if (!['stopped', 'pending', 'running'].includes(instance.state)) throw wrongState(instance, 'started');
      // With status 500, as if it were a fault: EC2 counts it among its server errors.
      if (this.#faults.noRoomFor.has(instance.type))
        throw new CloudError(
          'InsufficientInstanceCapacity',
          `We currently do not have sufficient ${instance.type} capacity in the Availability Zone you requested.`,
          500,
        );
    }
    return this.#change(instances, 'pending', (instance) => {
      if (instance.state === 'stopped') void this.#world.start(instance.id).catch(() => {});
    });
  }

  /** Answers with the state before and after; a machine that is already there stays as it is. */
  #change(
    instances: CloudInstance[],
    toward: 'stopping' | 'pending',
    act: (instance: CloudInstance) => void,
  ): XmlRecord {
    const settled = toward === 'stopping' ? 'stopped' : 'running';
    return {
      instancesSet: instances.map((instance) => {
        const previous = instance.state;
        act(instance);
        return {
          instanceId: instance.id,
          currentState: stateValue(previous === settled ? settled : toward),
          previousState: stateValue(previous),
        };
      }),
    };
  }

  #modify(parameters: QueryParameters): XmlRecord {
    const instance = this.#one(parameters);
    const type = parameters.get('InstanceType.Value');
    if (!type) throw new CloudError('InvalidParameterCombination', 'No attributes specified.');
    dryRunEnds(parameters);
    if (!factsOf(type))
      throw new CloudError('InvalidInstanceAttributeValue', `Invalid value '${type}' for InstanceType.`);
    if (instance.state !== 'stopped')
      throw new CloudError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in the 'stopped' state.`,
      );
    if (factsOf(type)?.architecture !== factsOf(instance.type)?.architecture)
      throw new CloudError(
        'InvalidParameterValue',
        `The architecture of the instance type '${type}' does not match that of the image.`,
      );
    this.#world.retype(instance.id, type);
    return { return: true };
  }

  #one(parameters: QueryParameters): CloudInstance {
    const id = required(parameters, 'InstanceId');
    requireKnown(this.#world.instances(), [id]);
    return this.#world.instances().find((instance) => instance.id === id)!;
  }

  #many(parameters: QueryParameters): CloudInstance[] {
    required(parameters, 'InstanceId.1');
    const all = this.#world.instances();
    const ids = listOf(parameters, 'InstanceId');
    requireKnown(all, ids);
    return ids.map((id) => all.find((instance) => instance.id === id)!);
  }
}

function wrongState(instance: CloudInstance, wanted: 'started' | 'stopped'): CloudError {
  return new CloudError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${wanted}.`,
  );
}
