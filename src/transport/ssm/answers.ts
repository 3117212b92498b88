import { HalfAnswer } from '../../aws/passing.ts';
import type { Report, SentCommand } from './types.ts';

/** The SDK hands on whatever the JSON of an answer held: what is of another type than it should be counts as absent. */
type Loose = Record<string, unknown>;

export function asSentCommand(answer: unknown): SentCommand {
  const command = asObject(answer);
  return {
    id: textOr(command.CommandId),
    comment: textOr(command.Comment),
    requestedAt: asDate(command.RequestedDateTime) ?? new Date(0),
    completed: numberOr(command.CompletedCount, 0),
    total: numberOr(command.TargetCount, -1),
    over: /^(Success|Failed|TimedOut|Cancelled)$/.test(textOr(command.Status)),
  };
}

export function asReport(answer: unknown): Report {
  const invocation = asObject(answer);
  const plugins = invocation.CommandPlugins;
  const plugin = asObject(Array.isArray(plugins) ? plugins[0] : undefined);
  const startedAt = asDate(plugin.ResponseStartDateTime);
  const endedAt = asDate(plugin.ResponseFinishDateTime);
  return {
    instanceId: textOr(invocation.InstanceId),
    details: textOr(invocation.StatusDetails),
    code: numberOr(plugin.ResponseCode, -1),
    output: textOr(plugin.Output),
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
  };
}

/** A page that leads to itself would be read for ever. */
export function nextPage(token: string | undefined, following: unknown): string | undefined {
  if (following && following === token) throw new HalfAnswer('a list', 'other page than this one');
  return textOr(following) || undefined;
}

export const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');

const numberOr = (value: unknown, or: number) => (Number.isSafeInteger(value) ? (value as number) : or);

const asObject = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};

const asDate = (value: unknown) =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value : undefined;
