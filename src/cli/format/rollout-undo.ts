import { foldLine } from '../../base/fold-names.ts';
import { paceLines } from './rollout.ts';
import type { UndoPreview } from './undo-preview.ts';

export { paceLines };

/** What an undo does on one cluster of a rollout. */
export interface ClusterPreview extends UndoPreview {
  cluster: string;
  run: string;
  /** Why its run cannot be read. */
  why?: string;
}

interface Same {
  line: string;
  on: string[];
  warnings: string[];
}

/** The preview as a person reads it: what is the same on several clusters stands once. */
export function undoLines(rolloutId: string, previews: readonly ClusterPreview[]): string[] {
  const same = new Map<string, Same>();
  for (const { cluster, changes, left } of previews) {
    for (const { step, title, danger, targets, irreversible, cause } of changes) {
      const severe = danger === 'severe' && irreversible === undefined ? ' [severe]' : '';
      const how = irreversible === undefined ? '' : `: cannot be undone, ${irreversible}`;
      const line = `${step}: ${title}${severe}${how}`;
      const known = same.get(line) ?? { line, on: [], warnings: [] };
      if (cause && irreversible === undefined)
        known.warnings = ['WARNING: this brings the cause back: the incident may begin again'];
      known.on.push(`${cluster} (${targets.length})`);
      same.set(line, known);
    }
    for (const { step, title, targets, why, cause } of left) {
      const line = `not ${step} (${why}${cause ? `: --include ${step}` : ''}): ${title}`;
      const known = same.get(line) ?? { line, on: [], warnings: [] };
      known.on.push(`${cluster} (${targets.length})`);
      same.set(line, known);
    }
  }
  const lines = [...same.values()].flatMap(({ line, on, warnings }) => [
    `  ${line}, on ${on.join(', ')}`,
    ...warnings.map((warning) => `    ${warning}`),
  ]);
  const nothing = previews.filter(({ changes, left, why }) => changes.length + left.length === 0 && !why);
  return [
    `undo of rollout ${rolloutId}:`,
    ...lines,
    ...(nothing.length > 0
      ? [`  nothing to undo on ${foldLine(nothing.map(({ cluster }) => cluster))}`]
      : []),
    ...previews.flatMap(({ cluster, why }) => (why === undefined ? [] : [`  WARNING: ${cluster}: ${why}`])),
  ];
}
