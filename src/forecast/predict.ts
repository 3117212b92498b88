import { at, growthOf, upTo } from './growth.ts';
import { type Figure, type Growth, keyOf, type Load, type Measured, type Size } from './types.ts';

/** One kind of request, and how each of its figures grows. */
export interface Trend {
  load: Load;
  /** Of the resource that it is about, where all the measured clusters count them. */
  objects?: Growth;
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
  /** The same where every load grows by the steepest of the laws that explain its readings equally well. */
  shareUpTo: number;
  /** `undecided`: the laws that explain the readings equally well have different verdicts. */
  verdict: SizeVerdict | 'undecided';
}

export type SizeVerdict = 'fits' | 'tight' | 'overloaded';

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
    const resource = load.resource.split('/')[0]!;
    const counts = measured.map(({ nodes, objects }) => ({ nodes, value: objects.get(resource) ?? 0 }));
    const counted = counts.every(({ value }) => value > 0);
    const of = (field: Figure, assumed: Assumed) =>
      growthOf(
        measured.map(({ nodes, loads }, i) => ({
          nodes,
          ...(counted && { objects: counts[i]!.value }),
          value: loads.get(key)?.[field] ?? 0,
        })),
        assumed,
      );
    const { calls, answers } = assumedGrowth(load);
    return {
      load,
      ...(counted && { objects: growthOf(counts, 'perNode') }),
      calls: of('callsPerSecond', calls),
      inFlight: of('inFlight', answers),
      bytes: of('bytesPerSecond', answers),
      watches: of('watches', 'perNode'),
    };
  });
  const largest = measured.toSorted((a, b) => b.nodes - a.nodes)[0]!;
  const busy = [...largest.loads.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  return { measured, trends, seatsEach: Math.max(1, busy > 0 ? largest.seatsInUse / busy : 1) };
}

type Assumed = Parameters<typeof growthOf>[1];

/** Calls by node, whose answers grow too where they hold all objects of the cluster; health checks are a server's own. */
function assumedGrowth({ verb, resource, scope }: Load): { calls: Assumed; answers: Assumed } {
  if (resource.startsWith('/')) return { calls: 'fixed', answers: 'fixed' };
  const all = verb === 'LIST' && scope === 'cluster';
  return { calls: 'perNode', answers: all ? 'perNodeSquared' : 'perNode' };
}

/** The cluster of so many nodes, as this kind of request meets it. */
export function sizeFor({ objects }: Pick<Trend, 'objects'>, nodes: number): Size {
  return { nodes, ...(objects && { objects: at(objects, { nodes }) }) };
}

/** The load of a cluster of so many nodes. */
export function predict(
  { trends, seatsEach }: Trends,
  { name, nodes }: { name: string; nodes: number },
  { seats, calls: carried }: Capacity,
): Predicted {
  const sum = (field: 'calls' | 'inFlight' | 'bytes' | 'watches', by: typeof upTo = at) =>
    trends.reduce((all, trend) => all + by(trend[field], sizeFor(trend, nodes)), 0);
  const shareOf = (calls: number, inFlight: number) =>
    100 * Math.max(seats > 0 ? (inFlight * seatsEach) / seats : 0, carried ? calls / carried : 0);
  const callsPerSecond = sum('calls');
  const inFlight = sum('inFlight');
  const share = shareOf(callsPerSecond, inFlight);
  const shareUpTo = shareOf(sum('calls', upTo), sum('inFlight', upTo));
  const verdict = verdictOf(share);
  return {
    name,
    nodes,
    callsPerSecond,
    inFlight,
    seatsInUse: inFlight * seatsEach,
    watches: sum('watches'),
    bytesPerSecond: sum('bytes'),
    share,
    shareUpTo,
    verdict: verdict === verdictOf(shareUpTo) ? verdict : 'undecided',
  };
}

const verdictOf = (share: number): SizeVerdict =>
  share >= 100 ? 'overloaded' : share >= TIGHT ? 'tight' : 'fits';

/** Far more than Kubernetes supports. */
const MOST_NODES = 1_000_000;

/** The most nodes whose load stays within this share of the capacity, in percent, by every law that explains the readings. */
export function mostNodes(trends: Trends, capacity: Capacity, maxShare: number): number {
  let [fits, not] = [0, MOST_NODES];
  if (predict(trends, { name: '', nodes: not }, capacity).shareUpTo <= maxShare) return not;
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2);
    if (predict(trends, { name: '', nodes: middle }, capacity).shareUpTo <= maxShare) fits = middle;
    else not = middle;
  }
  return fits;
}
