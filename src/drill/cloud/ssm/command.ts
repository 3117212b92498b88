import { randomUUID } from 'node:crypto';
import type { SendInput } from './validate.ts';

export type StatusDetails =
  | 'Pending'
  | 'InProgress'
  | 'Success'
  | 'Failed'
  | 'DeliveryTimedOut'
  | 'ExecutionTimedOut'
  | 'Undeliverable'
  | 'Terminated'
  | 'Cancelled';

/** The coarse status that goes with each detail. */
const STATUS: Record<StatusDetails, string> = {
  Pending: 'Pending',
  InProgress: 'InProgress',
  Success: 'Success',
  Failed: 'Failed',
  DeliveryTimedOut: 'TimedOut',
  ExecutionTimedOut: 'TimedOut',
  Undeliverable: 'Failed',
  Terminated: 'Failed',
  Cancelled: 'Cancelled',
};

export interface Invocation {
  instanceId: string;
  details: StatusDetails;
  code: number;
  stdout: string;
  stderr: string;
  startedAt?: number;
  endedAt?: number;
  stop: AbortController;
}

/** One SendCommand and its result on each instance. */
export interface Command {
  id: string;
  input: SendInput;
  requestedAt: number;
  invocations: Invocation[];
  /** Left out of every list (a fault). */
  hidden: Set<string>;
  cancelling: boolean;
}

export function newCommand(input: SendInput, instanceIds: string[], at: number): Command {
  return {
    id: randomUUID(),
    input,
    requestedAt: at,
    invocations: instanceIds.map((instanceId) => ({
      instanceId,
      details: 'Pending',
      code: -1,
      stdout: '',
      stderr: '',
      stop: new AbortController(),
    })),
    hidden: new Set(),
    cancelling: false,
  };
}

export function isOver(invocation: Invocation): boolean {
  return invocation.details !== 'Pending' && invocation.details !== 'InProgress';
}

export function statusOf(details: StatusDetails): string {
  return STATUS[details];
}

export function executionSeconds(command: Command): number {
  return Number(command.input.Parameters?.executionTimeout?.[0] ?? 3600);
}

/** How many of the command's targets a `MaxErrors` or `MaxConcurrency` means. */
export function amountOf(text: string, total: number): number {
  return text.endsWith('%') ? Math.ceil((Number(text.slice(0, -1)) * total) / 100) : Number(text);
}

/** Failures that count toward MaxErrors: delivery problems do not. */
export function errorCount(command: Command): number {
  return command.invocations.filter((i) => i.details === 'Failed' || i.details === 'ExecutionTimedOut')
    .length;
}

/** The command's own state: Success even if some nodes were never reached. */
export function commandDetails(command: Command): { status: string; details: string } {
  const of = command.invocations;
  if (of.length === 0) return { status: 'Success', details: 'NoInstancesInTag' };
  if (of.every((i) => i.details === 'Pending')) return both('Pending');
  if (of.some((i) => !isOver(i))) return both(command.cancelling ? 'Cancelling' : 'InProgress');
  if (command.cancelling || of.some((i) => i.details === 'Cancelled')) return both('Cancelled');
  const errors = errorCount(command);
  const allowed = amountOf(command.input.MaxErrors ?? '0', of.length);
  if (errors > allowed) return both('Failed');
  if (of.every((i) => i.details === 'DeliveryTimedOut'))
    return { status: 'TimedOut', details: 'DeliveryTimedOut' };
  if (errors > 0) return { status: 'Failed', details: 'Incomplete' };
  return both('Success');
}

function both(word: string): { status: string; details: string } {
  return { status: word, details: word };
}
