import { CloudError } from '../errors.ts';
import type { CloudFaults } from '../faults.ts';
import type { CloudInstance, CloudWorld } from '../world.ts';
import { ACCOUNT, instanceValue, paged, requireKnown, selected, stateValue } from './describe.ts';
import { listOf, type QueryParameters, required } from './query.ts';
import { factsOf } from './types-catalogue.ts';
import { responseDocument, type XmlValue } from './xml.ts';

type Operation = (parameters: QueryParameters) => { [name: string]: XmlValue };

/** Simulated EC2: the operations that a recovery needs. */
export class Ec2Service {
  readonly #world: CloudWorld;
  readonly #faults: CloudFaults;
  readonly #operations: Record<string, Operation>;

  constructor(options: { world: CloudWorld; faults: CloudFaults }) {
    this.#world = options.world;
    this.#faults = options.faults;
    this.#operations = {
      DescribeInstances: (p) => this.#describeInstances(p),
      DescribeInstanceTypes: (p) => this.#describeInstanceTypes(p),
      DescribeInstanceAttribute: (p) => this.#describeInstanceAttribute(p),
      StopInstances: (p) => this.#stop(p),
      StartInstances: (p) => this.#start(p),
      ModifyInstanceAttribute: (p) => this.#modify(p),
    };
  }

  async call(action: string, parameters: QueryParameters): Promise<string> {
    const operation = this.#operations[action];
    if (!operation)
      throw new CloudError('InvalidAction', `The action ${action} is not valid for this web service.`);
    return responseDocument(action, operation(parameters));
  }

  #describeInstances(parameters: QueryParameters): { [name: string]: XmlValue } {
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

  #describeInstanceTypes(parameters: QueryParameters): { [name: string]: XmlValue } {
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

  #describeInstanceAttribute(parameters: QueryParameters): { [name: string]: XmlValue } {
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

  #stop(parameters: QueryParameters): { [name: string]: XmlValue } {
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

  #start(parameters: QueryParameters): { [name: string]: XmlValue } {
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
  ): { [name: string]: XmlValue } {
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

  #modify(parameters: QueryParameters): { [name: string]: XmlValue } {
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

/** DryRun checks the permission alone, and answers with an error; states are not checked. */
function dryRunEnds(parameters: QueryParameters): void {
  if (parameters.get('DryRun') === 'true')
    throw new CloudError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}
