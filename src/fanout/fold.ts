import type { Outcome, OutcomeState } from '../transport/types.ts';

/** Nodes that said the same. */
export interface Fold {
  nodes: string[];
  state: OutcomeState;
  exitCode?: number;
  stdout: string;
  stderr: string;
  /** Their common reason, such as `host-key-unknown: …`. */
  reason?: string;
  next?: string;
  note?: string;
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
    ]);
    const fold = folds.get(key);
    if (fold) {
      fold.nodes.push(o.target);
      continue;
    }
    folds.set(key, {
      nodes: [o.target],
      state: o.state,
      stdout: o.stdout,
      stderr: o.stderr,
      ...(o.exitCode === undefined ? {} : { exitCode: o.exitCode }),
      ...(o.reason ? { reason: `${o.reason.code}: ${o.reason.message}` } : {}),
      ...(o.reason?.next ? { next: o.reason.next } : {}),
      ...(o.result?.note ? { note: o.result.note } : {}),
    });
  }
  return [...folds.values()].sort((a, b) => b.nodes.length - a.nodes.length);
}
