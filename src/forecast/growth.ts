import { solved } from './least-squares.ts';
import type { Growth, Law, Size } from './types.ts';

export interface Point extends Size {
  value: number;
}

/** A fit with fewer terms is taken where none of its points is further off than this share. */
const NEAR = 0.1;

/** Two fits explain the readings equally well where their largest errors differ by less. */
const AS_WELL = 0.02;

/** A sum of more parts than this is never needed. */
const MOST_TERMS = 3;

type Term = keyof Law;

/** The likelier one first: it is taken where several explain the readings alike. */
const TERMS: Record<Term, (size: Size) => number> = {
  perNode: ({ nodes }) => nodes,
  fixed: () => 1,
  perNodeSquared: ({ nodes }) => nodes ** 2,
  perObject: ({ objects = 0 }) => objects,
  perNodeAndObject: ({ nodes, objects = 0 }) => nodes * objects,
};

const ALL = Object.keys(TERMS) as Term[];

/**
 * How a value grows with the cluster: fixed, by node, by the square of the nodes, by object and by node and object, none of
 * them negative, fitted to the relative errors of the readings. Fewest parts first: what explains the readings by less is
 * the likelier, and strays less far from them; what explains them as well or better by more is its rival. One size alone tells nothing: then it grows by `assumed`.
 */
export function growthOf(points: Point[], assumed: 'fixed' | 'perNode' | 'perNodeSquared'): Growth {
  const sizes = new Set(points.map(({ nodes, objects }) => `${nodes} ${objects}`)).size;
  const used = points.filter(({ value }) => value > 0);
  if (used.length === 0) return growth({}, { assumed: sizes < 2 });
  if (sizes < 2) {
    const mean = used.reduce((sum, { value }) => sum + value, 0) / points.length;
    return growth({ [assumed]: mean / TERMS[assumed](points[0]!) }, { assumed: true });
  }
  const terms = told(used);
  const fits = combinations(terms, Math.min(MOST_TERMS, sizes)).flatMap((chosen) => {
    const factors = solved(
      used.map((size) => chosen.map((term) => TERMS[term](size))),
      used.map(({ value }) => value),
    );
    if (!factors || factors.some((factor) => factor < 0)) return [];
    const law = lawOf(Object.fromEntries(chosen.map((term, i) => [term, factors[i]!])));
    return [
      { law, terms: chosen.length, off: Math.max(...used.map((p) => Math.abs(at(law, p) / p.value - 1))) },
    ];
  });
  // Of two that fit equally the first: rounding must not decide.
  const best = (all: typeof fits) => {
    const least = Math.min(...all.map(({ off }) => off));
    return all.find(({ off }) => off <= least + 1e-6);
  };
  const near = Array.from({ length: MOST_TERMS }, (_, n) =>
    best(fits.filter((fit) => fit.terms === n + 1 && fit.off <= NEAR)),
  );
  const chosen = near.find((fit) => fit !== undefined) ?? best(fits)!;
  // With as many terms as sizes any readings are met: that tells something only where fewer terms miss them.
  const tells = ({ terms, off }: (typeof fits)[number]) =>
    terms <= chosen.terms || terms < sizes || off < chosen.off - AS_WELL;
  const rivals = fits.filter((fit) => fit !== chosen && fit.off <= chosen.off + AS_WELL && tells(fit));
  return growth(chosen.law, {
    faster: isFaster(points),
    off: chosen.off,
    rivals: rivals.map(({ law }) => law),
  });
}

/** The value at this size. */
export function at(law: Law, size: Size): number {
  return ALL.reduce((sum, term) => sum + law[term] * TERMS[term](size), 0);
}

/** The highest value at this size by the laws that explain the readings as well. */
export function upTo(growth: Growth, size: Size): number {
  return Math.max(...[growth, ...growth.rivals].map((law) => at(law, size)));
}

/** Whether laws that explain the readings as well differ at this size by more than readings do. */
export function isUndecided(growth: Growth, size: Size): boolean {
  return upTo(growth, size) > at(growth, size) * (1 + NEAR);
}

/** The part that is the largest at this size. */
export function mainly(law: Law, size: Size): Term {
  const part = (term: Term) => law[term] * TERMS[term](size);
  return ALL.reduce((most, term) => (part(term) > part(most) ? term : most));
}

const lawOf = (parts: Partial<Law>): Law => ({
  fixed: 0,
  perNode: 0,
  perNodeSquared: 0,
  perObject: 0,
  perNodeAndObject: 0,
  ...parts,
});

function growth(parts: Partial<Law>, more: Partial<Growth>): Growth {
  return { ...lawOf(parts), assumed: false, faster: false, off: 0, rivals: [], ...more };
}

/** The terms that these sizes can tell apart: objects that grow with the nodes do not count as a second variable. */
function told(points: Point[]): Term[] {
  const known = points.every(({ objects }) => objects !== undefined && objects > 0);
  const candidates = known ? ALL : ALL.filter((term) => !term.endsWith('Object'));
  const alike = (one: Term, other: Term) => {
    const ratios = points.map((point) => TERMS[one](point) / TERMS[other](point));
    return Math.max(...ratios) <= Math.min(...ratios) * (1 + NEAR);
  };
  const several = new Set(points.map(({ nodes, objects }) => `${nodes} ${objects}`)).size > 1;
  if (!several) return candidates.filter((term) => !term.endsWith('Object'));
  return candidates.filter(
    (term, i) => !term.endsWith('Object') || !candidates.slice(0, i).some((other) => alike(term, other)),
  );
}

/** Up to `most` of them, fewest first. */
function combinations(terms: Term[], most: number): Term[][] {
  const of = (size: number, from: Term[]): Term[][] =>
    size === 0
      ? [[]]
      : from.flatMap((term, i) => of(size - 1, from.slice(i + 1)).map((rest) => [term, ...rest]));
  return Array.from({ length: most }, (_, n) => of(n + 1, terms)).flat();
}

/** Between the two largest sizes. */
function isFaster(points: Point[]): boolean {
  const [large, small] = points.toSorted((a, b) => b.nodes - a.nodes);
  const less = points.find(({ nodes }) => nodes < large!.nodes) ?? small!;
  return less.value > 0 && large!.value / less.value > (large!.nodes / less.nodes) ** 2 * (1 + NEAR);
}
