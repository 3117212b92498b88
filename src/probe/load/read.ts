import type { Outcome } from '../../transport/types.ts';
import type { NodeLoad } from './types.ts';

/** One node's result line as a reading; `before` is the last one of the same node, for what is a rate. */
export function readLoad(node: string, outcome: Outcome | undefined, before?: NodeLoad): NodeLoad {
  const data = outcome?.state === 'ok' ? outcome.result?.data : undefined;
  const note = outcome?.result?.note ?? outcome?.reason?.message;
  if (!data) {
    const why = { ...(outcome && { outcome: outcome.state }), ...(note && { note }) };
    // The counters stay: a node that was missed once is measured since the time before.
    return { node, reached: false, ...why, unread: {}, counters: before?.counters ?? {} };
  }
  const { at, received, sent, pullErrors, conntrack, conntrackMax, speed, ...rest } = numbersOf(data);
  const counters = { at, received, sent, pullErrors };
  const reading: NodeLoad = {
    node,
    reached: true,
    ...rest,
    ...words(data),
    ...(speed !== undefined && { speedMbit: speed }),
    ...(conntrack !== undefined &&
      conntrackMax! > 0 && { conntrackPercent: (100 * conntrack) / conntrackMax! }),
    unread: unreadOf(data.unread),
    counters: defined(counters),
  };
  return { ...reading, ...ratesOf(reading, before) };
}

/** What is measured only between two readings; nothing after a reboot, which sets the counters back. */
function ratesOf(now: NodeLoad, before: NodeLoad | undefined): Pick<NodeLoad, 'uplinkMbit' | 'failed'> {
  const [is, was] = [now.counters, before?.counters ?? {}];
  const seconds = (is.at! - was.at!) / 100;
  if (!(seconds > 0)) return {};
  const bytes = Math.max(is.received! - was.received!, is.sent! - was.sent!);
  const failed = ((is.pullErrors! - was.pullErrors!) * 60) / seconds;
  return {
    ...(bytes >= 0 && { uplinkMbit: (bytes * 8) / seconds / 1_000_000 }),
    // The log tells of the last minute; the kubelet's counter stands in where there is none.
    ...(now.failed === undefined && failed >= 0 && { failed: Math.round(failed) }),
  };
}

const NUMBERS = [
  'at',
  'received',
  'sent',
  'pullErrors',
  'pulls',
  'failed',
  'throttled',
  'timeouts',
  'waiting',
  'restarts',
  'speed',
  'conntrack',
  'conntrackMax',
] as const;

function numbersOf(data: Record<string, string>): Partial<Record<(typeof NUMBERS)[number], number>> {
  return Object.fromEntries(
    NUMBERS.filter((key) => /^\d{1,15}$/.test(data[key] ?? '')).map((key) => [key, Number(data[key])]),
  );
}

function words({
  kubelet,
  runtime,
  log,
}: Record<string, string>): Pick<NodeLoad, 'kubelet' | 'runtime' | 'log'> {
  return {
    ...((kubelet === 'ok' || kubelet === 'failing' || kubelet === 'no-answer') && { kubelet }),
    ...((runtime === 'ok' || runtime === 'no-answer') && { runtime }),
    ...(log === 'no-answer' && { log }),
  };
}

/** `uplink=no default route by IPv4;pulls=no journalctl`. */
function unreadOf(text = ''): Record<string, string> {
  const parts = text.split(';').map((part) => /^([a-z]{1,20})=(.{1,80})$/.exec(part));
  return Object.fromEntries(parts.flatMap((part) => (part ? [[part[1]!, part[2]!]] : [])));
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]?: NonNullable<T[K]> };
}
