import { keyOf, type Load, type Measured } from './types.ts';

/** A pace that differs less is usual: the same server read twice. */
const UNEVEN = 2;

/** Between which sizes, by their nodes, the same requests took how many times as long. */
export interface Uneven {
  slowest: number;
  quickest: number;
  times: number;
}

/**
 * Whether the sizes were measured under unequal conditions: a request about one object costs the same in a cluster of any size, so it
 * takes longer only where a server is busier or slower. Undefined where they differ little, or have no such request in common.
 */
export function unevenPace(measured: Measured[]): Uneven | undefined {
  const [first, ...others] = measured;
  if (!first || others.length === 0) return undefined;
  const aboutOne = ({ scope, callsPerSecond }: Load) => scope === 'resource' && callsPerSecond > 0;
  const common = [...first.loads.values()].filter(
    (load) =>
      aboutOne(load) &&
      others.every(({ loads }) => {
        const other = loads.get(keyOf(load));
        return other !== undefined && aboutOne(other);
      }),
  );
  // The same mixture of requests everywhere.
  const paces = measured.map(({ nodes, loads }) => ({
    nodes,
    seconds: common.reduce((sum, load) => {
      const here = loads.get(keyOf(load))!;
      return sum + load.callsPerSecond * (here.inFlight / here.callsPerSecond);
    }, 0),
  }));
  const sorted = paces.toSorted((a, b) => a.seconds - b.seconds);
  const [quickest, slowest] = [sorted[0]!, sorted.at(-1)!];
  if (quickest.seconds === 0) return undefined;
  const times = slowest.seconds / quickest.seconds;
  return times >= UNEVEN ? { slowest: slowest.nodes, quickest: quickest.nodes, times } : undefined;
}
