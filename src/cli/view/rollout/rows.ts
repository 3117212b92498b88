import { foldLine } from '../../../base/fold-names.ts';
import type { ClusterState } from '../../../run/types.ts';

/** The state of one cluster in a row. */
export interface ClusterRow {
  cluster: string;
  state: ClusterState;
  /** API servers that are ready, such as `2/3`, by the last reading. */
  api: string;
  /** The step of its run, with counts. */
  text: string;
  failures: number;
  /** Its run waits for nothing that is still shut: a gate of it opened. */
  window: boolean;
}

/** A row of the view: one cluster, or several in the same state. */
export interface FoldedRow {
  state: ClusterState;
  clusters: string[];
  api: string;
  text: string;
}

/** The worst comes first. */
const WORST_FIRST: readonly ClusterState[] = [
  'failed',
  'interrupted',
  'running',
  'skipped',
  'not-attempted',
  'waiting',
  'ok',
];
/** What is over, or did not begin, needs no row of its own. */
const QUIET: readonly ClusterState[] = ['skipped', 'not-attempted', 'waiting', 'ok'];

/** At most `most` rows that stand for every cluster: the worst one by one, the rest folded by state. */
export function foldRows(rows: readonly ClusterRow[], most: number): FoldedRow[] {
  const byState = WORST_FIRST.map((state) => rows.filter((row) => row.state === state)).filter(
    (of) => of.length > 0,
  );
  if (rows.length <= most) return byState.flatMap((of) => worstFirst(of).map(alone));
  // Each state has at least one row; the loud ones share what is left.
  let free = most - byState.length;
  return byState.flatMap((of) => {
    if (QUIET.includes(of[0]!.state)) return [together(of)];
    const shown = of.length <= free + 1 ? of.length : free;
    free -= Math.max(0, shown - (shown === of.length ? 1 : 0));
    const sorted = worstFirst(of);
    const rest = sorted.slice(shown);
    return [...sorted.slice(0, shown).map(alone), ...(rest.length > 0 ? [together(rest)] : [])];
  });
}

const worstFirst = (rows: ClusterRow[]) => [...rows].sort((a, b) => b.failures - a.failures);

const alone = ({ cluster, state, api, text }: ClusterRow): FoldedRow => ({
  state,
  clusters: [cluster],
  api,
  text,
});

function together(rows: ClusterRow[]): FoldedRow {
  const [first] = rows;
  if (rows.length === 1) return alone(first!);
  const clusters = rows.map(({ cluster }) => cluster);
  return { state: first!.state, clusters, api: '', text: foldLine(clusters, 60) };
}

/** The whole in one line: `37 of 100 recovered · 12 windows open · 3 failed`. */
export function headline(rows: readonly ClusterRow[], recovers: boolean): string {
  const count = (is: (row: ClusterRow) => boolean) => rows.filter(is).length;
  const ok = count(({ state }) => state === 'ok');
  const running = count(({ state }) => state === 'running');
  const windows = count(({ state, window }) => state === 'running' && window);
  const failed = count(({ state }) => state === 'failed');
  const open = recovers ? [`${windows} ${windows === 1 ? 'window' : 'windows'} open`] : [];
  return [
    `${ok} of ${rows.length} ${recovers ? 'recovered' : 'done'}`,
    ...open,
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(' · ');
}
