import type { Outcome, OutcomeState } from '../transport/types.ts';

/** Nodes that said the same. */
export interface Fold {
  nodes: string[];
  state: OutcomeState;
  exitCode?: number;
  stdout: string;
  stderr: string;
  /** Their common reason, such as `host-key-unknown: …`, once for each wording: addresses and names differ in it. */
  reasons: string[];
  nexts: string[];
  note?: string;
  /** There was more output than came back. */
  cut?: true;
}

/**
 * Groups outcomes with equal state, exit code, output and reason. Biggest group first, outliers last;
 * groups of one size in order of the first node. Costs one hash a node: names are folded for display only.
 */
export function foldOutput(outcomes: Outcome[]): Fold[] {
  const folds = new Map<string, Fold>();
  for (const o of outcomes) {
    // Addresses and names differ in messages although the reason is one.
    const key = JSON.stringify([
      o.state,
      o.exitCode,
      o.stdout,
      o.stderr,
      o.reason?.code,
      o.result?.state,
      o.result?.note,
      o.truncated,
    ]);
    const fold = folds.get(key);
    if (fold) {
      fold.nodes.push(o.target);
      addWords(fold, o);
      continue;
    }
    const first: Fold = {
      nodes: [o.target],
      state: o.state,
      stdout: o.stdout,
      stderr: o.stderr,
      ...(o.exitCode === undefined ? {} : { exitCode: o.exitCode }),
      reasons: [],
      nexts: [],
      ...(o.result?.note ? { note: o.result.note } : {}),
      ...(o.truncated ? { cut: true as const } : {}),
    };
    addWords(first, o);
    folds.set(key, first);
  }
  return [...folds.values()].sort((a, b) => b.nodes.length - a.nodes.length);
}

function addWords(fold: Fold, { reason }: Outcome): void {
  if (!reason) return;
  const said = `${reason.code}: ${reason.message}`;
  if (!fold.reasons.includes(said)) fold.reasons.push(said);
  if (reason.next && !fold.nexts.includes(reason.next)) fold.nexts.push(reason.next);
}
