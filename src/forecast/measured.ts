import { usage } from '../base/errors.ts';
import type { ServerCounters } from './server.ts';
import { FIGURES, type Figure, type Load, type Measured, noLoad } from './types.ts';

/** Less than this between two dumps says little. */
const LEAST_SECONDS = 5;

/**
 * The load that dumps of a cluster's API servers tell. Two dumps of one server give the time between them, one alone its
 * whole life. `of` is how many servers the cluster has, where not all were dumped: the others are taken for equal.
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

function between(dumps: ServerCounters[]) {
  const inOrder = dumps.toSorted((a, b) => a.seconds - b.seconds);
  const last = inOrder.at(-1)!;
  const first = inOrder.length > 1 ? inOrder[0]! : undefined;
  const seconds = last.seconds - (first?.seconds ?? 0);
  if (seconds < LEAST_SECONDS)
    throw usage(`${first ? 'two dumps of one server are' : 'the server is'} ${seconds.toFixed(1)} s apart`, {
      place: last.file,
      expected: `at least ${LEAST_SECONDS} s`,
      next: 'kubectl get --raw /metrics > FILE, a minute later',
    });
  const loads = new Map<string, Load>();
  for (const [key, sums] of last.sums) {
    const before = first?.sums.get(key);
    const rate = (field: Figure) => Math.max(0, sums[field] - (before?.[field] ?? 0)) / seconds;
    loads.set(key, {
      ...sums,
      callsPerSecond: rate('callsPerSecond'),
      inFlight: rate('inFlight'),
      bytesPerSecond: rate('bytesPerSecond'),
    });
  }
  return {
    seconds,
    seats: last.seats,
    seatsInUse: Math.max(0, last.seatSeconds - (first?.seatSeconds ?? 0)) / seconds,
    loads,
  };
}
