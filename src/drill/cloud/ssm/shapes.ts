import {
  type Command,
  commandDetails,
  errorCount,
  executionSeconds,
  type Invocation,
  isOver,
  statusOf,
} from './command.ts';
import { listedOutput, stderrContent, stdoutContent } from './output.ts';

const seconds = (ms: number) => ms / 1000;
const iso = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());

export function commandShape(command: Command): object {
  const { input, invocations } = command;
  const { status, details } = commandDetails(command);
  return {
    CommandId: command.id,
    DocumentName: input.DocumentName,
    DocumentVersion: '$DEFAULT',
    Comment: input.Comment ?? '',
    Parameters: input.Parameters,
    InstanceIds: input.InstanceIds ?? [],
    Targets: input.Targets ?? [],
    RequestedDateTime: seconds(command.requestedAt),
    ExpiresAfter: seconds(command.requestedAt) + (input.TimeoutSeconds ?? 3600) + executionSeconds(command),
    Status: status,
    StatusDetails: details,
    MaxConcurrency: input.MaxConcurrency ?? '50',
    MaxErrors: input.MaxErrors ?? '0',
    TargetCount: invocations.length,
    CompletedCount: invocations.filter(isOver).length,
    ErrorCount: errorCount(command),
    DeliveryTimedOutCount: invocations.filter((i) => i.details === 'DeliveryTimedOut').length,
    TimeoutSeconds: input.TimeoutSeconds ?? 3600,
  };
}

export function invocationShape(command: Command, invocation: Invocation, withDetails: boolean): object {
  const status = statusOf(invocation.details);
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    InstanceName: '',
    Comment: command.input.Comment ?? '',
    DocumentName: command.input.DocumentName,
    DocumentVersion: '$DEFAULT',
    RequestedDateTime: seconds(command.requestedAt),
    Status: status,
    StatusDetails: invocation.details,
    StandardOutputUrl: '',
    StandardErrorUrl: '',
    CommandPlugins: withDetails ? [pluginShape(invocation)] : [],
  };
}

function pluginShape(invocation: Invocation): object {
  return {
    Name: 'aws:runShellScript',
    Status: statusOf(invocation.details),
    StatusDetails: invocation.details,
    ResponseCode: invocation.code,
    ...(invocation.startedAt === undefined ? {} : { ResponseStartDateTime: seconds(invocation.startedAt) }),
    ...(invocation.startedAt === undefined || invocation.endedAt === undefined
      ? {}
      : { ResponseFinishDateTime: seconds(invocation.endedAt) }),
    Output: listedOutput(invocation.stdout, invocation.stderr, 2500),
    StandardOutputUrl: '',
    StandardErrorUrl: '',
  };
}

export function invocationDetail(command: Command, invocation: Invocation): object {
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.input.Comment ?? '',
    DocumentName: command.input.DocumentName,
    DocumentVersion: '$DEFAULT',
    PluginName: 'aws:runShellScript',
    ResponseCode: invocation.code,
    ExecutionStartDateTime: iso(invocation.startedAt),
    ExecutionElapsedTime: '',
    ExecutionEndDateTime: iso(invocation.endedAt),
    Status: statusOf(invocation.details),
    StatusDetails: invocation.details,
    StandardOutputContent: stdoutContent(invocation.stdout),
    StandardOutputUrl: '',
    StandardErrorContent: stderrContent(invocation.stderr),
    StandardErrorUrl: '',
  };
}
