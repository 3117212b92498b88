import { formatDuration } from '../base/duration.ts';
import { oneLine } from '../base/sanitize.ts';
import type { OnTrace, TraceEvent } from '../base/trace.ts';
import type { Flags } from './flags.ts';
import { lagging } from './outlets.ts';
import type { Sink } from './output.ts';
import type { CliIo } from './types.ts';

/** Where `--verbose` goes: a line an attempt on stderr; nowhere without the flag. */
export function traceTo(sink: Sink, io: CliIo, { verbose }: Flags): OnTrace | undefined {
  if (verbose !== true) return undefined;
  // If stderr has no reader, lines must not pile up in memory.
  return (event) => !lagging(io.stderr) && sink.note(`${io.now().toISOString()} ${traceLine(event)}`);
}

/** `ssh cp-1 10.0.0.11 port 22: auth: ok in 42ms`. */
export function traceLine(event: TraceEvent): string {
  const { ms, failure } = event;
  const what =
    event.kind === 'connection'
      ? `${event.transport} ${event.target} ${event.address}: ${event.phase}`
      : `${event.service} ${event.operation}: attempt ${event.attempt}`;
  const how = failure
    ? `failed after ${formatDuration(ms)}: ${failure.code}: ${failure.message}`
    : `ok in ${formatDuration(ms)}`;
  return oneLine(`${what}: ${how}${event.kind === 'call' ? idsOf(event) : ''}`);
}

function idsOf({ status, requestId }: Extract<TraceEvent, { kind: 'call' }>): string {
  const ids = [...(status ? [`status ${status}`] : []), ...(requestId ? [`request ${requestId}`] : [])];
  return ids.length > 0 ? ` (${ids.join(', ')})` : '';
}
