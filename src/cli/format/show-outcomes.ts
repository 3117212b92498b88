import { foldLine } from '../../base/fold-names.ts';
import { HEADLINE, quoteOutput, STDERR_MARK, STDOUT_MARK } from '../../base/quoted-output.ts';
import { oneLine } from '../../base/sanitize.ts';
import { type Fold, foldOutput } from '../../fanout/fold.ts';
import type { Outcome } from '../../transport/types.ts';

/** Reasons shown for one group; `--output json` has all of them. */
const MAX_WORDINGS = 3;

/** Groups equal outcomes, the biggest group first; each line that a node wrote is marked. */
export function outcomeLines(outcomes: Outcome[]): string[] {
  return foldOutput(outcomes.map(withOwnExit)).flatMap((fold) => {
    const lines = [headline(fold)];
    lines.push(...fold.reasons.slice(fold.note ? 0 : 1, MAX_WORDINGS).map((said) => `   ${oneLine(said)}`));
    const more = fold.reasons.length - MAX_WORDINGS;
    if (more > 0) lines.push(`   and ${more} similar`);
    lines.push(...fold.nexts.slice(0, MAX_WORDINGS).map((next) => `   next: ${oneLine(next)}`));
    if (fold.cut) lines.push('   truncated: the node wrote more output');
    if (fold.stdout !== '') lines.push(...quoteOutput(STDOUT_MARK, fold.stdout));
    if (fold.stderr !== '') lines.push(...quoteOutput(STDERR_MARK, fold.stderr));
    return lines;
  });
}

function headline(fold: Fold): string {
  const state = fold.exitCode && !fold.note ? `${fold.state} (exit ${fold.exitCode})` : fold.state;
  const said = fold.note ?? fold.reasons[0];
  return `${HEADLINE}${foldLine(fold.nodes)} (${fold.nodes.length}): ${state}${said ? `: ${oneLine(said)}` : ''}`;
}

/** If the node sent a result, the exit code to show is that of the command, not of the script around it. */
function withOwnExit(outcome: Outcome): Outcome {
  if (!outcome.result) return outcome;
  const { exitCode: _, ...rest } = outcome;
  const own = outcome.result.exit;
  return own === undefined ? rest : { ...rest, exitCode: own };
}
