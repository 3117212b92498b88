import { foldLine } from '../../base/fold-names.ts';
import type { ClusterEntry } from './types.ts';

const MOST_NAMES = 12;

const MOST_VALUES = 6;
const MOST_KEYS = 12;

/** A few names as they are typed; many are folded. */
export function namesLine(names: readonly string[]): string {
  return names.length <= MOST_NAMES ? names.join(', ') : foldLine(names);
}

/** The labels that clusters have, for a selector that matches none: `env=prod|stage, size=large`. */
export function describeLabels(entries: readonly ClusterEntry[]): string {
  const values = new Map<string, Set<string>>();
  for (const { labels } of entries) {
    for (const [key, value] of Object.entries(labels)) {
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  if (values.size === 0) return `labels of clusters in the kit: these ${entries.length} have none`;
  const keys = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = keys.slice(0, MOST_KEYS).map(([key, found]) => `${key}=${some([...found].sort())}`);
  return `some of ${shown.join(', ')}${keys.length > MOST_KEYS ? ` and ${keys.length - MOST_KEYS} more` : ''}`;
}

function some(values: string[]): string {
  const shown = values.slice(0, MOST_VALUES).join('|');
  return values.length > MOST_VALUES ? `${shown}|… (${values.length})` : shown;
}
