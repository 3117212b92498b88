import type { OnTrace } from '../base/trace.ts';

/** Calls to AWS by their name in an IAM policy, each attempt counted. */
export type ApiCalls = Record<string, number>;

/** Counts the calls to AWS that a command makes, and passes each on. */
export function countCalls(calls: ApiCalls, onTrace?: OnTrace): OnTrace {
  return (event) => {
    onTrace?.(event);
    // Reading keys is traced as a call, too.
    if (event.kind !== 'call' || event.service === 'credentials') return;
    const name = `${event.service.toLowerCase()}:${event.operation}`;
    calls[name] = (calls[name] ?? 0) + 1;
  };
}

/** `AWS calls: ssm:SendCommand 4, ssm:ListCommands 2`; undefined where none was made. */
export function callsLine(calls: ApiCalls): string | undefined {
  const counts = Object.entries(calls).map(([name, count]) => `${name} ${count}`);
  return counts.length > 0 ? `AWS calls: ${counts.join(', ')}` : undefined;
}
