import { type Amount, formatAmount, parseSome, resolveAmount } from '../base/amount.ts';
import { usage } from '../base/errors.ts';
import { foldLine } from '../base/fold-names.ts';
import type { ClusterOrder } from '../plan/rollout/types.ts';

/** A cluster as far as its place in a rollout depends on it. */
export interface Member {
  name: string;
  /** How large it is, for `largest` and `smallest`. */
  size: number;
  /** Clusters that must have ended successfully before it begins. */
  needs?: readonly string[];
}

/** Sizes of waves: one amount for each of them, or how many clusters are reached by the end of each. */
export type WaveShape = { each: Amount } | { reach: Amount[] };

export interface WaveRequest {
  order?: ClusterOrder;
  /** How many, or which. */
  canary?: Amount | { names: readonly string[] };
  shape: WaveShape;
}

export interface Waves {
  /** Names, in the order in which they begin. */
  order: string[];
  waves: number[];
  canary?: true;
}

/** Reads `10%` (each wave) or `1,10%,50%,100%` (what is reached by the end of each). */
export function parseWaves(text: string, place: string): WaveShape {
  const amounts = text.split(',').map((word) => parseSome(word, place, 'the wave has no clusters'));
  if (amounts.length === 1) return { each: amounts[0]! };
  const stuck = amounts.findIndex((amount, i) => i > 0 && !growsTo(amounts[i - 1]!, amount));
  if (stuck > 0)
    throw usage(
      `the list does not grow: ${formatAmount(amounts[stuck]!)} after ${formatAmount(amounts[stuck - 1]!)}`,
      {
        place,
        expected: 'how many clusters are reached by the end of each wave, such as 1,10%,50%,100%',
      },
    );
  return { reach: amounts };
}

/** Of a number and a share only their clusters tell. */
function growsTo(a: Amount, b: Amount): boolean {
  if ('count' in a && 'count' in b) return a.count < b.count;
  if ('percent' in a && 'percent' in b) return a.percent < b.percent;
  return true;
}

/**
 * Divides clusters into waves: each is in exactly one, in a later wave than all that it needs. The canary comes first.
 * Throws usage where clusters need each other.
 */
export function planWaves(
  members: readonly Member[],
  { order = 'given', canary, shape }: WaveRequest,
): Waves {
  const total = members.length;
  let left = sorted(members, order);
  const all = new Set(members.map(({ name }) => name));
  const begun = new Set<string>();
  // What a cluster needs outside this rollout is not waited for.
  const isReady = ({ needs = [] }: Member) => needs.every((name) => begun.has(name) || !all.has(name));
  const waves: number[] = [];
  const take = (wanted: number, from: readonly Member[]) => {
    const wave = from.filter(isReady).slice(0, wanted);
    if (wave.length === 0) throw circle(left);
    for (const { name } of wave) begun.add(name);
    left = left.filter(({ name }) => !begun.has(name));
    waves.push(wave.length);
  };
  const named = canary && 'names' in canary ? canariesOf(canary.names, left) : undefined;
  const first = named?.length ?? (canary && !('names' in canary) ? resolveAmount(canary, total, 'up') : 0);
  // With the largest first the canary is a small one: what goes wrong there costs least.
  if (first > 0 && total > 0) take(first, named ?? (order === 'largest' ? [...left].reverse() : left));
  while (left.length > 0) take(nextSize(shape, total, begun.size), left);
  return { order: [...begun], waves, ...(first > 0 && waves.length > 1 ? { canary: true } : {}) };
}

function canariesOf(names: readonly string[], members: readonly Member[]): Member[] {
  return [...new Set(names)].map((wanted) => {
    const member = members.find(({ name }) => name === wanted);
    if (!member)
      throw usage(`the canary ${wanted} is not a selected cluster`, {
        place: '--cluster-canary',
        expected: `a number, or some of ${foldLine(members.map(({ name }) => name))}`,
      });
    const missing = member.needs?.find((need) => members.some(({ name }) => name === need));
    if (missing !== undefined)
      throw usage(`the canary ${wanted} needs ${missing}`, {
        place: '--cluster-canary',
        expected: `a cluster that needs no other, such as ${missing}`,
      });
    return member;
  });
}

function sorted(members: readonly Member[], order: ClusterOrder): Member[] {
  if (order === 'given') return [...members];
  const sign = order === 'largest' ? -1 : 1;
  return [...members].sort((a, b) => sign * (a.size - b.size));
}

function nextSize(shape: WaveShape, total: number, reached: number): number {
  if ('each' in shape) return Math.max(1, resolveAmount(shape.each, total, 'up'));
  const goals = shape.reach.map((amount) => resolveAmount(amount, total, 'up'));
  return (goals.find((goal) => goal > reached) ?? total) - reached;
}

function circle(left: readonly Member[]) {
  const names = left.map(({ name, needs = [] }) => `${name} needs ${needs.join(' and ')}`);
  return usage(`clusters need each other: ${names.slice(0, 4).join('; ')}`, {
    place: 'needs',
    expected: 'at least one of them that needs none of the others',
  });
}
