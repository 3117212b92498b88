import { usage } from '../base/errors.ts';
import type { ServerCounters } from './server.ts';
import { FIGURES, type Load, type Measured, noLoad } from './types.ts';

/** Less than this between two dumps says little. */
const LEAST_SECONDS = 5;

/**
 * The load that dumps of a cluster's API servers tell. Two dumps of one server give the time between them, one alone its
 * whole life; windows of it add up. `of` is how many servers the cluster has, where not all were dumped: the others are
 * taken for equal.
 */
export function measuredFrom(
  dumps: ServerCounters[],
  { nodes, of }: { nodes?: number | undefined; of?: number | undefined },
): Measured {
  const lives = new Set(dumps.map(({ startedAt }) => startedAt));
  const servers = [...lives].map((life) => between(dumps.filter(({ startedAt }) => startedAt === life)));
  const objects = objectsOf(dumps);
  const count = nodes ?? objects.get('nodes');
  const place = dumps[0]?.file ?? '';
  if (!count)
    throw usage('the metrics do not tell how many nodes the cluster has', {
      place,
      next: `--metrics NODES=${place}`,
    });
  if (of !== undefined && of < servers.length)
    throw usage(`the metrics are of ${servers.length} servers, or of ${servers.length} lives of one`, {
      place: `--servers ${of}`,
      next: 'name dumps of servers that have not restarted in between',
    });
  const scale = (of ?? servers.length) / servers.length;
  const loads = new Map<string, Load>();
  for (const server of servers)
    for (const [key, load] of server.loads) {
      const known = loads.get(key) ?? { ...load, ...noLoad() };
      for (const field of FIGURES) known[field] += load[field] * scale;
      loads.set(key, known);
    }
  const sum = (field: 'seats' | 'seatsInUse') =>
    servers.reduce((all, server) => all + server[field], 0) * scale;
  return {
    nodes: count,
    seconds: Math.max(...servers.map(({ seconds }) => seconds)),
    servers: of ?? servers.length,
    seats: sum('seats'),
    seatsInUse: sum('seatsInUse'),
    objects,
    loads,
  };
}

/** All servers store the same objects; one that counts them seldom tells fewer. */
function objectsOf(dumps: ServerCounters[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { objects } of dumps)
    for (const [name, count] of objects) counts.set(name, Math.max(count, counts.get(name) ?? 0));
  return counts;
}

/** One server: its dumps since the start give one window, between the first and the last; windows add up. */
function between(dumps: ServerCounters[]) {
  const windows = dumps.filter(({ window }) => window);
  const whole = dumps.filter(({ window }) => !window).toSorted((a, b) => a.seconds - b.seconds);
  const last = whole.at(-1);
  const first = whole.length > 1 ? whole[0]! : undefined;
  const parts = last ? [...windows, sinceFirst(last, first)] : windows;
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  if (seconds < LEAST_SECONDS)
    throw usage(`${first ? 'two dumps of one server are' : 'the server is'} ${seconds.toFixed(1)} s apart`, {
      place: dumps.at(-1)!.file,
      expected: `at least ${LEAST_SECONDS} s`,
      next: 'kubectl get --raw /metrics > FILE, a minute later',
    });
  const loads = new Map<string, Load>();
  for (const part of parts)
    for (const [key, sums] of part.sums) {
      const known = loads.get(key) ?? { ...sums, ...noLoad() };
      for (const field of COUNTED) known[field] += sums[field] / seconds;
      // Open at the end of each window.
      known.watches += sums.watches / parts.length;
      loads.set(key, known);
    }
  return {
    seconds,
    seats: parts.at(-1)!.seats,
    seatsInUse: parts.reduce((sum, { seatSeconds }) => sum + seatSeconds, 0) / seconds,
    loads,
  };
}

const COUNTED = ['callsPerSecond', 'inFlight', 'bytesPerSecond'] as const;

/** What was counted since the first dump. */
function sinceFirst(last: ServerCounters, first: ServerCounters | undefined): ServerCounters {
  if (!first) return last;
  const sums = new Map<string, Load>();
  for (const [key, now] of last.sums) {
    const before = first.sums.get(key);
    const load = { ...now };
    for (const field of COUNTED) load[field] = Math.max(0, now[field] - (before?.[field] ?? 0));
    sums.set(key, load);
  }
  const seatSeconds = Math.max(0, last.seatSeconds - first.seatSeconds);
  return { ...last, seconds: last.seconds - first.seconds, seatSeconds, sums };
}
