import type { Outcome, OutcomeState } from '../transport/types.ts';

/** Nodes with the same outcome and output. */
export interface Fold {
  nodes: string[];
  state: OutcomeState;
  exitCode?: number;
  stdout: string;
  stderr: string;
  /** Their reason, such as `host-key-unknown: …`, once for each wording: addresses and names differ in it. */
  reasons: string[];
  nexts: string[];
  note?: string;
  /** The output is longer than what came back. */
  cut?: true;
}

/**
 * Groups outcomes with equal state, exit code, output and reason. Biggest group first, outliers last;
 * groups of one size in order of their first node. Costs one hash for each node.
 */
export function foldOutput(outcomes: Outcome[]): Fold[] {
  const groups = new Map<
    string,
    { nodes: string[]; first: Outcome; reasons: Set<string>; nexts: Set<string> }
  >();
  for (const o of outcomes) {
    // The message is left out: addresses and names differ in it.
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
    const group = groups.get(key) ?? { nodes: [], first: o, reasons: new Set(), nexts: new Set() };
    groups.set(key, group);
    group.nodes.push(o.target);
    if (o.reason) group.reasons.add(`${o.reason.code}: ${o.reason.message}`);
    if (o.reason?.next) group.nexts.add(o.reason.next);
  }
  const folds = [...groups.values()].map(({ nodes, first, reasons, nexts }): Fold => {
    const { state, stdout, stderr, exitCode, result, truncated } = first;
    return {
      nodes,
      state,
      stdout,
      stderr,
      ...(exitCode === undefined ? {} : { exitCode }),
      reasons: [...reasons],
      nexts: [...nexts],
      ...(result?.note ? { note: result.note } : {}),
      ...(truncated ? { cut: true as const } : {}),
    };
  });
  return folds.sort((a, b) => b.nodes.length - a.nodes.length);
}
