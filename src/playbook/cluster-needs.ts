import { parseSelector } from '../fleet/selector.ts';
import { meetsLabels } from '../kit/clusters/select.ts';
import type { ClusterEntry } from '../kit/clusters/types.ts';
import type { Playbook } from './types.ts';

/**
 * What each of these clusters needs of the others, by the playbook's `clusters.needs`. A cluster that others come after does
 * not itself come after another one of that kind. Throws usage where a selector is wrong.
 */
export function clusterNeeds(
  { clusters, place }: Pick<Playbook, 'clusters' | 'place'>,
  entries: readonly ClusterEntry[],
): Map<string, string[]> {
  const needs = new Map<string, Set<string>>();
  for (const [i, { of, after }] of (clusters?.needs ?? []).entries()) {
    const chosen = (text: string, key: string) => {
      const selector = parseSelector(text, place(['clusters', 'needs', i, key]));
      return entries.filter((entry) => meetsLabels(selector, entry)).map(({ name }) => name);
    };
    const first = chosen(after, 'after');
    for (const name of chosen(of, 'of')) {
      if (first.includes(name)) continue;
      needs.set(name, new Set([...(needs.get(name) ?? []), ...first]));
    }
  }
  return new Map([...needs].map(([name, of]) => [name, [...of]]));
}
