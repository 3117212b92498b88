import { foldLine } from '../../base/fold-names.ts';
import type { RolloutVerdict } from '../../run/types.ts';
import { credentialsFailure } from '../credentials-failure.ts';
import type { OutcomeKeeper } from '../format/outcomes.ts';

/** Clusters of which no target could be reached for the same reason: their account's credentials. */
interface LockedOut {
  clusters: string[];
  why: string;
  next?: string;
}

/** What is wrong with the credentials of each account that is locked out, told once for all its clusters. */
export function lockedOut(
  { clusters }: Pick<RolloutVerdict, 'clusters'>,
  kept: ReadonlyMap<string, OutcomeKeeper>,
): LockedOut[] {
  const found = new Map<string, LockedOut>();
  for (const { cluster, counts } of clusters) {
    if ((counts?.ok ?? 0) > 0) continue;
    const failure = credentialsFailure([...(kept.get(cluster)?.steps().values() ?? [])].flat());
    if (!failure) continue;
    const key = JSON.stringify(failure);
    const known = found.get(key) ?? { clusters: [], ...failure };
    known.clusters.push(cluster);
    found.set(key, known);
  }
  return [...found.values()];
}

/** Why, and what to do there before the rollout goes on. */
export const lockedOutLines = (found: readonly LockedOut[]): string[] =>
  found.flatMap(({ clusters, why, next }) => [
    `${foldLine(clusters)}: no target could be reached: ${why}`,
    ...(next === undefined ? [] : [`next: ${next}`]),
  ]);
