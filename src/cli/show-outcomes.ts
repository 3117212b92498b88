import { foldLine } from '../base/fold-names.ts';
import { foldOutput } from '../fanout/fold.ts';
import type { Outcome } from '../transport/types.ts';

/** Equal outcomes under their nodes, the biggest group first, outliers last. */
export function outcomeLines(outcomes: Outcome[]): string[] {
  return foldOutput(outcomes).flatMap((fold) => {
    const state = fold.exitCode ? `${fold.state} (exit ${fold.exitCode})` : fold.state;
    const said = fold.note ?? fold.reason;
    const lines = [`== ${foldLine(fold.nodes)} (${fold.nodes.length}): ${state}${said ? `: ${said}` : ''}`];
    if (fold.note && fold.reason) lines.push(`   ${fold.reason}`);
    if (fold.next) lines.push(`   next: ${fold.next}`);
    if (fold.stdout !== '') lines.push(fold.stdout.replace(/\n$/, ''));
    if (fold.stderr !== '') lines.push(fold.stderr.replace(/\n$/, '').replace(/^/gm, 'stderr: '));
    return lines;
  });
}
