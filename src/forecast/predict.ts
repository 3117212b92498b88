import { at, growthOf } from './growth.ts';
import { type Figure, type Growth, keyOf, type Load, type Measured } from './types.ts';

/** One kind of request, and how each of its figures grows. */
export interface Trend {
  load: Load;
  calls: Growth;
  inFlight: Growth;
  bytes: Growth;
  watches: Growth;
}

export interface Trends {
  measured: Measured[];
  trends: Trend[];
  /** Seats that a request in flight takes on the average: a list of many objects takes several. */
  seatsEach: number;
}

/** Load against capacity at one size. */
export interface Predicted {
  name: string;
  nodes: number;
  callsPerSecond: number;
  inFlight: number;
  seatsInUse: number;
  watches: number;
  bytesPerSecond: number;
  /** Percent of the seats, or of the calls that the servers carry where that is given: the higher of the two. */
  share: number;
  verdict: 'fits' | 'tight' | 'overloaded';
}

export interface Capacity {
  /** Of all servers. */
  seats: number;
  /** Calls a second of all servers together, where somebody measured it. */
  calls?: number | undefined;
}

/** From this share on a rollout or a restart of one server has no room. */
export const TIGHT = 50;

/** Joins what was measured at one or more sizes. */
export function trendsOf(measured: Measured[]): Trends {
  const keys = new Map<string, Load>();
  for (const { loads } of measured) for (const load of loads.values()) keys.set(keyOf(load), load);
  const trends = [...keys].map(([key, load]) => {
    const of = (field: Figure, assumed: number) =>
      growthOf(
        measured.map(({ nodes, loads }) => ({ nodes, value: loads.get(key)?.[field] ?? 0 })),
        assumed,
      );
    const { calls, answers } = assumedPowers(load);
    return {
      load,
      calls: of('callsPerSecond', calls),
      inFlight: of('inFlight', answers),
      bytes: of('bytesPerSecond', answers),
      watches: of('watches', 1),
    };
  });
  const largest = measured.toSorted((a, b) => b.nodes - a.nodes)[0]!;
  const busy = [...largest.loads.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  return { measured, trends, seatsEach: Math.max(1, busy > 0 ? largest.seatsInUse / busy : 1) };
}

/** Calls by node, whose answers grow too where they hold all objects of the cluster; health checks are a server's own. */
function assumedPowers({ verb, resource, scope }: Load): { calls: number; answers: number } {
  if (resource.startsWith('/')) return { calls: 0, answers: 0 };
  return { calls: 1, answers: verb === 'LIST' && scope === 'cluster' ? 2 : 1 };
}

/** The load of a cluster of so many nodes. */
export function predict(
  { trends, seatsEach }: Trends,
  { name, nodes }: { name: string; nodes: number },
  capacity: Capacity,
): Predicted {
  const sum = (field: 'calls' | 'inFlight' | 'bytes' | 'watches') =>
    trends.reduce((all, trend) => all + at(trend[field], nodes), 0);
  const callsPerSecond = sum('calls');
  const inFlight = sum('inFlight');
  const seatsInUse = inFlight * seatsEach;
  const share =
    100 *
    Math.max(
      capacity.seats > 0 ? seatsInUse / capacity.seats : 0,
      capacity.calls ? callsPerSecond / capacity.calls : 0,
    );
  return {
    name,
    nodes,
    callsPerSecond,
    inFlight,
    seatsInUse,
    watches: sum('watches'),
    bytesPerSecond: sum('bytes'),
    share,
    verdict: share >= 100 ? 'overloaded' : share >= TIGHT ? 'tight' : 'fits',
  };
}

/** Far more than Kubernetes supports. */
const MOST_NODES = 1_000_000;

/** The most nodes whose load stays within this share of the capacity, in percent. */
export function mostNodes(trends: Trends, capacity: Capacity, maxShare: number): number {
  let [fits, not] = [0, MOST_NODES];
  if (predict(trends, { name: '', nodes: not }, capacity).share <= maxShare) return not;
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2);
    if (predict(trends, { name: '', nodes: middle }, capacity).share <= maxShare) fits = middle;
    else not = middle;
  }
  return fits;
}
