import { countsLine } from '../../base/counts-line.ts';
import type { RolloutVerdict } from '../../run/types.ts';
import type { Outcome } from '../../transport/types.ts';
import { table } from '../output.ts';
import { outcomeLines } from './show-outcomes.ts';

/** What a cluster's run left behind, by step. */
interface Kept {
  steps(): Map<string, Outcome[]>;
}

/** One line for each cluster, and what failed there. */
export function resultLines({ clusters }: RolloutVerdict, kept: ReadonlyMap<string, Kept>): string[] {
  const rows = clusters.map(({ cluster, state, counts, why, ended }) => {
    const more = [ended === undefined || ended === 'done' || state !== 'ok' ? '' : ended, why ?? ''];
    return [cluster, state, counts ? countsLine(counts) : '', more.filter((part) => part !== '').join(': ')];
  });
  return [
    ...table([['CLUSTER', 'STATE', 'TARGETS', ''], ...rows]),
    ...clusters.flatMap(({ cluster }) => failureLines(cluster, kept.get(cluster))),
  ];
}

function failureLines(cluster: string, kept: Kept | undefined): string[] {
  return [...(kept?.steps() ?? [])].flatMap(([step, outcomes]) => {
    const failures = outcomes.filter(({ state }) => state !== 'ok' && state !== 'not-attempted');
    return failures.length > 0 ? [`${cluster}: ${step}:`, ...outcomeLines(failures)] : [];
  });
}

/** How the whole ended, and what to type next. */
export function closingLines({
  rolloutId,
  state,
  clusters,
  counts,
  planned,
  why,
  next,
}: RolloutVerdict): string[] {
  return [
    `rollout ${rolloutId}: ${state}; ${clusterCounts(clusters)}; ${planned} targets planned: ${countsLine(counts)}`,
    ...(why === undefined ? [] : [`stopped: ${why}`]),
    ...(next === undefined ? [] : [`next: ${next}`]),
  ];
}

/** `12 clusters: 9 ok, 1 failed, 2 not-attempted`. */
export function clusterCounts(clusters: RolloutVerdict['clusters']): string {
  const counts: Record<string, number> = {};
  for (const { state } of clusters) counts[state] = (counts[state] ?? 0) + 1;
  return `${clusters.length} clusters: ${countsLine(counts)}`;
}
