import { CloudError } from '../errors.ts';
import type { CloudService, ServiceDeps } from '../service.ts';
import type { CloudInstance } from '../world.ts';
import { type Command, commandDetails, type Invocation, newCommand, statusOf } from './command.ts';
import { cancel, type RunnerDeps, runCommand } from './runner.ts';
import { commandShape, invocationDetail, invocationShape } from './shapes.ts';
import { page, pageSize, type SendInput, validateSend } from './validate.ts';

interface ListInput {
  CommandId?: string;
  InstanceId?: string;
  InstanceIds?: string[];
  Details?: boolean;
  MaxResults?: number;
  NextToken?: string;
  Filters?: { key?: string; value?: string; Key?: string; Values?: string[] }[];
}

/** Simulated SSM: JSON 1.1. */
export function ssm(deps: ServiceDeps): CloudService {
  const service = new SsmService(deps);
  const type = 'application/x-amz-json-1.1';
  return {
    read({ headers, body }) {
      const operation = String(headers['x-amz-target'] ?? '').replace(/^AmazonSSM\./, '');
      return {
        operation,
        answer: async () => ({
          type,
          body: JSON.stringify(await service.call(operation, JSON.parse(body))),
        }),
      };
    },
    failure: ({ code, message }) => ({ type, body: JSON.stringify({ __type: code, message }) }),
    throttled: () => new CloudError('ThrottlingException', 'Rate exceeded'),
    skewed: (text, early) =>
      new CloudError(
        'InvalidSignatureException',
        early
          ? `Signature expired: ${text} is now earlier than the service's time less 5 min.`
          : `Signature not yet current: ${text} is still later than the service's time and 5 min.`,
      ),
    close: () => service.close(),
  };
}

/** Run Command and the list of agents. */
class SsmService {
  readonly #deps: RunnerDeps & { listedAfterMs: number };
  readonly #commands: Command[] = [];
  readonly #closing = new AbortController();

  constructor(deps: Omit<RunnerDeps, 'closed'> & { listedAfterMs: number }) {
    this.#deps = { ...deps, closed: this.#closing.signal };
  }

  async call(operation: string, input: unknown): Promise<object> {
    switch (operation) {
      case 'SendCommand':
        return this.#send(input as SendInput);
      case 'ListCommands':
        return this.#listCommands(input as ListInput);
      case 'ListCommandInvocations':
        return this.#listInvocations(input as ListInput);
      case 'GetCommandInvocation':
        return this.#getInvocation(input as ListInput);
      case 'CancelCommand':
        return this.#cancel(input as ListInput);
      case 'DescribeInstanceInformation':
        return this.#describe(input as ListInput);
      case 'ListTagsForResource':
        return this.#tags(input as { ResourceId: string });
      default:
        throw new CloudError('UnknownOperationException', `Unknown operation ${operation}`);
    }
  }

  close(): void {
    this.#closing.abort();
  }

  #send(input: SendInput): object {
    validateSend(input);
    const ids = [...new Set([...(input.InstanceIds ?? []), ...this.#byTargets(input)])];
    const bad = ids.filter((id) => !this.#deliverable(id));
    if (bad.length > 0)
      throw new CloudError(
        'InvalidInstanceId',
        this.#deps.faults.namelessInvalidInstance
          ? ''
          : `Instances [[${bad.join(', ')}]] not in a valid state for account 123456789012`,
      );
    const command = newCommand(input, ids, this.#deps.now());
    for (const id of ids) if (this.#deps.faults.missing.has(id)) command.hidden.add(id);
    this.#commands.unshift(command);
    void runCommand(command, this.#deps);
    return { Command: commandShape(command) };
  }

  #byTargets(input: SendInput): string[] {
    const targets = input.Targets ?? [];
    if (targets.length === 0) return [];
    // Values of one key are alternatives; several keys must all match.
    return this.#machines()
      .filter(({ id, tags }) =>
        targets.every(({ Key = '', Values = [] }) =>
          Key === 'InstanceIds' ? Values.includes(id) : Values.includes(tags[Key.replace(/^tag:/, '')] ?? ''),
        ),
      )
      .filter(({ id }) => this.#deliverable(id))
      .map(({ id }) => id);
  }

  #deliverable(id: string): boolean {
    const machine = this.#machines().find((m) => m.id === id);
    return machine?.state === 'running' && (machine.ssm === 'online' || machine.ssm === 'deaf');
  }

  #machines(): CloudInstance[] {
    return this.#deps.world.instances();
  }

  #listCommands(input: ListInput): object {
    const size = pageSize(input.MaxResults, 1, 50);
    const found = this.#visible(input)
      .filter(
        (command) => !input.InstanceId || command.invocations.some((i) => i.instanceId === input.InstanceId),
      )
      .filter((command) => holds(input, 'Status', commandDetails(command).status));
    const { items, next } = page(found, size, input.NextToken);
    return { Commands: items.map(commandShape), ...(next ? { NextToken: next } : {}) };
  }

  #listInvocations(input: ListInput): object {
    const size = pageSize(input.MaxResults, 1, 50);
    const found = this.#visible(input).flatMap((command) =>
      command.invocations
        .filter((i) => !command.hidden.has(i.instanceId))
        .filter((i) => !input.InstanceId || i.instanceId === input.InstanceId)
        .filter((i) => holds(input, 'Status', statusOf(i.details)))
        .map((invocation) => ({ command, invocation })),
    );
    const { items, next } = page(found, size, input.NextToken);
    return {
      CommandInvocations: items.map(({ command, invocation }) =>
        invocationShape(command, invocation, input.Details === true),
      ),
      ...(next ? { NextToken: next } : {}),
    };
  }

  /** What lists show; a new command is missing for a moment. */
  #visible(input: ListInput): Command[] {
    if (input.CommandId) this.#known(input.CommandId);
    const listedBefore = this.#deps.now() - this.#deps.listedAfterMs;
    const after = filterValue(input, 'InvokedAfter');
    const before = filterValue(input, 'InvokedBefore');
    return this.#commands
      .filter((command) => command.requestedAt <= listedBefore)
      .filter((command) => !input.CommandId || command.id === input.CommandId)
      .filter((command) => !after || command.requestedAt >= Date.parse(after))
      .filter((command) => !before || command.requestedAt < Date.parse(before));
  }

  #known(id: string): Command {
    const command = this.#commands.find((c) => c.id === id);
    if (!command) throw new CloudError('InvalidCommandId', 'The specified command ID is not valid.');
    return command;
  }

  #getInvocation(input: ListInput): object {
    const command = this.#commands.find((c) => c.id === input.CommandId);
    const invocation = command?.invocations.find((i) => i.instanceId === input.InstanceId);
    const early = command && this.#deps.now() - command.requestedAt < this.#deps.listedAfterMs;
    if (!command || !invocation || early || command.hidden.has(invocation.instanceId))
      throw new CloudError('InvocationDoesNotExist', 'The command ID and managed node ID does not exist.');
    return invocationDetail(command, invocation);
  }

  #cancel(input: ListInput): object {
    const command = this.#known(input.CommandId ?? '');
    const chosen = (i: Invocation) => !input.InstanceIds?.length || input.InstanceIds.includes(i.instanceId);
    if (!input.InstanceIds?.length) command.cancelling = true;
    for (const invocation of command.invocations.filter(chosen)) cancel(invocation, this.#deps);
    return {};
  }

  #tags({ ResourceId: id }: { ResourceId: string }): object {
    const machine = this.#machines().find((one) => one.id === id && resourceType(one) === 'ManagedInstance');
    if (!machine) throw new CloudError('InvalidResourceId', `The resource ID ${id} is not valid`);
    return { TagList: Object.entries(machine.tags).map(([Key, Value]) => ({ Key, Value })) };
  }

  #describe(input: ListInput): object {
    const size = pageSize(input.MaxResults, 5, 50);
    const wanted = input.Filters?.find((f) => f.Key === 'InstanceIds')?.Values;
    const types = input.Filters?.find((f) => f.Key === 'ResourceType')?.Values;
    const found = this.#machines()
      .filter((machine) => machine.ssm !== 'absent')
      .filter((machine) => !wanted || wanted.includes(machine.id))
      .filter((machine) => !types || types.includes(resourceType(machine)));
    const { items, next } = page(found, size, input.NextToken);
    const at = this.#deps.now() / 1000;
    return {
      InstanceInformationList: items.map((machine) => {
        const lost = machine.ssm === 'dead' || machine.state !== 'running';
        return {
          InstanceId: machine.id,
          PingStatus: lost ? 'ConnectionLost' : 'Online',
          LastPingDateTime: at - (lost ? 3600 : 60),
          PlatformType: 'Linux',
          AgentVersion: '3.3.0.0',
          ResourceType: resourceType(machine),
          IPAddress: machine.privateIp,
        };
      }),
      ...(next ? { NextToken: next } : {}),
    };
  }
}

/** A machine outside EC2 is registered by an activation. */
function resourceType({ id }: CloudInstance): 'EC2Instance' | 'ManagedInstance' {
  return id.startsWith('mi-') ? 'ManagedInstance' : 'EC2Instance';
}

function filterValue(input: ListInput, key: string): string | undefined {
  return input.Filters?.find((filter) => filter.key === key)?.value;
}

function holds(input: ListInput, key: string, value: string): boolean {
  const wanted = filterValue(input, key);
  return wanted === undefined || wanted === value;
}
