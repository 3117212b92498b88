/** The weight of each cluster at one place; others that the kit does not name stand under their own id. */
export type Weights = Record<string, number>;

export function shareOf(weights: Weights, cluster: string): number {
  const all = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return all === 0 ? 0 : ((weights[cluster] ?? 0) / all) * 100;
}

/**
 * The weights after each step, the former ones first. Small weights (1 and 1) are multiplied first, since only whole
 * numbers up to `most` can be set: the shares are the same, and half of one becomes possible. Where rounding makes two
 * steps equal they are one: the weights tell where a move stands.
 */
export function stepsOf(found: Weights, cluster: string, steps: number[], most: number): Weights[] {
  const own = found[cluster] ?? 0;
  const factor = Math.max(1, Math.floor(most / Math.max(...Object.values(found), 1)));
  const scaled = Object.fromEntries(Object.entries(found).map(([name, weight]) => [name, weight * factor]));
  const all = [
    found,
    ...steps.map((percent) => ({ ...scaled, [cluster]: Math.round((own * factor * percent) / 100) })),
  ];
  return all.filter((step, n) => n === 0 || !isSame(step, all[n - 1]!));
}

/** The clusters that get more than before. */
export function receiversOf(found: Weights, cluster: string): string[] {
  return Object.keys(found).filter((name) => name !== cluster && found[name]! > 0);
}

/** Where weights stand among the steps; undefined where somebody else set them. */
export function placeOf(now: Weights, steps: Weights[]): number | undefined {
  const at = steps.findLastIndex((step) => isSame(step, now));
  return at < 0 ? undefined : at;
}

export function isSame(a: Weights, b: Weights): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

/** A receiver that a step would drive over its ceiling. */
export function overCeiling(
  steps: Weights[],
  cluster: string,
  ceilings: Record<string, number>,
): { name: string; share: number; ceiling: number; step: number } | undefined {
  for (const [step, weights] of steps.entries()) {
    if (step === 0) continue;
    for (const name of receiversOf(weights, cluster)) {
      const [share, ceiling] = [shareOf(weights, name), ceilings[name] ?? 100];
      if (share > ceiling + 0.5) return { name, share, ceiling, step };
    }
  }
  return undefined;
}

/** `prod-1 50%, prod-2 50%` */
export function said(weights: Weights): string {
  return Object.keys(weights)
    .map((name) => `${name} ${Math.round(shareOf(weights, name))}%`)
    .join(', ');
}
