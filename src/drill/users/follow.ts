/** Each cluster's share of the users, 0 to 1. */
export type Shares = Record<string, number>;

/** How users are divided since a moment (ms). */
export interface Division {
  since: number;
  shares: Shares;
}

/** The shares that weights mean. Route 53 answers with every set where all weights are 0. */
export function sharesOf(weights: Record<string, number>): Shares {
  const all = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const names = Object.keys(weights);
  return Object.fromEntries(names.map((name) => [name, all === 0 ? 1 / names.length : weights[name]! / all]));
}

/**
 * Where users really are. Their resolvers keep an answer for its TTL, and each asked at another moment: so users follow
 * a new division evenly within one TTL, which makes their shares the mean of the divisions of the last TTL.
 */
export function followed(divisions: readonly Division[], now: number, ttlMs: number): Shares {
  const shares: Shares = {};
  const from = now - ttlMs;
  for (const [n, division] of divisions.entries()) {
    const begins = n === 0 ? from : Math.max(from, division.since);
    const ends = Math.min(now, divisions[n + 1]?.since ?? now);
    for (const [name, share] of Object.entries(division.shares))
      shares[name] = (shares[name] ?? 0) + share * (Math.max(0, ends - begins) / ttlMs);
  }
  return shares;
}
