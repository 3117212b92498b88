import type { Growth } from './types.ts';

export interface Point {
  nodes: number;
  value: number;
}

/** A fit with fewer terms is taken where none of its points is further off than this share. */
const NEAR = 0.1;

/** Fewest first: what explains the readings by less is the likelier, and strays less far from them. */
const TERMS: readonly (readonly number[])[] = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]];

/**
 * How a value grows with the nodes: fixed, by node and by the square of the nodes (a call a node on objects a node), none of
 * them negative, fitted to the relative errors of the readings. One size alone tells nothing: then it grows by `assumed`,
 * the power of the nodes.
 */
export function growthOf(points: Point[], assumed: number): Growth {
  const sizes = new Set(points.map(({ nodes }) => nodes));
  const used = points.filter(({ value }) => value > 0);
  if (used.length === 0) return growth([], [], { assumed: sizes.size < 2 });
  if (sizes.size < 2) {
    const mean = used.reduce((sum, { value }) => sum + value, 0) / points.length;
    return growth([assumed], [mean / points[0]!.nodes ** assumed], { assumed: true });
  }
  const fits = TERMS.flatMap((terms) => {
    if (terms.length > sizes.size) return [];
    const factors = solved(terms, used);
    if (!factors || factors.some((factor) => factor < 0)) return [];
    const off = Math.max(
      ...used.map((point) => Math.abs(at(growth(terms, factors, {}), point.nodes) / point.value - 1)),
    );
    return [{ terms, factors, off }];
  });
  // Of two that fit equally the first: rounding must not decide.
  const best = (all: typeof fits) => {
    const least = Math.min(...all.map(({ off }) => off));
    return all.find(({ off }) => off <= least + 1e-6);
  };
  const chosen =
    [1, 2, 3]
      .map((n) => best(fits.filter(({ terms, off }) => terms.length === n && off <= NEAR)))
      .find((fit) => fit !== undefined) ?? best(fits)!;
  return growth(chosen.terms, chosen.factors, { faster: isFaster(points) });
}

/** The value at so many nodes. */
export function at({ fixed, perNode, perNodeSquared }: Growth, nodes: number): number {
  return fixed + perNode * nodes + perNodeSquared * nodes ** 2;
}

/** By which power of the nodes most of it grows at this size. */
export function mainly(growth: Growth, nodes: number): 0 | 1 | 2 {
  const parts = [growth.fixed, growth.perNode * nodes, growth.perNodeSquared * nodes ** 2];
  return parts.indexOf(Math.max(...parts)) as 0 | 1 | 2;
}

function growth(
  terms: readonly number[],
  factors: number[],
  { assumed = false, faster = false }: { assumed?: boolean; faster?: boolean },
): Growth {
  const of = (power: number) => factors[terms.indexOf(power)] ?? 0;
  return { fixed: of(0), perNode: of(1), perNodeSquared: of(2), assumed, faster };
}

/** Between the two largest sizes. */
function isFaster(points: Point[]): boolean {
  const [large, small] = points.toSorted((a, b) => b.nodes - a.nodes);
  const less = points.find(({ nodes }) => nodes < large!.nodes) ?? small!;
  return less.value > 0 && large!.value / less.value > (large!.nodes / less.nodes) ** 2 * (1 + NEAR);
}

/** Least squares of the relative errors: the normal equations, by Gaussian elimination. */
function solved(terms: readonly number[], points: Point[]): number[] | undefined {
  const rows = points.map(({ nodes, value }) => terms.map((power) => nodes ** power / value));
  const size = terms.length;
  const system = terms.map((_, i) => [
    ...terms.map((_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  for (let i = 0; i < size; i++) {
    const pivot = system[i]![i]!;
    if (!(Math.abs(pivot) > Number.EPSILON * Math.abs(rows[0]![i]!) ** 2)) return undefined;
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = system[j]![i]! / pivot;
      system[j] = system[j]!.map((value, k) => value - factor * system[i]![k]!);
    }
  }
  return system.map((row, i) => row[size]! / row[i]!);
}
