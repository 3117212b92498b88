import { foldLine } from '../../base/fold-names.ts';
import { HEADLINE, quoteOutput, STDERR_MARK, STDOUT_MARK } from '../../base/quoted-output.ts';
import { oneLine } from '../../base/sanitize.ts';
import { type Fold, foldOutput } from '../../fanout/fold.ts';
import type { Outcome } from '../../transport/types.ts';

/** Of the reasons of one group so many are told; `--output json` has all. */
const MOST_WORDINGS = 3;

/** Equal outcomes under their nodes, the biggest group first, outliers last; what nodes wrote is marked line by line. */
export function outcomeLines(outcomes: Outcome[]): string[] {
  return foldOutput(outcomes.map(withOwnExit)).flatMap((fold) => {
    const lines = [headline(fold)];
    lines.push(...fold.reasons.slice(fold.note ? 0 : 1, MOST_WORDINGS).map((said) => `   ${oneLine(said)}`));
    const more = fold.reasons.length - MOST_WORDINGS;
    if (more > 0) lines.push(`   and ${more} more alike`);
    lines.push(...fold.nexts.slice(0, MOST_WORDINGS).map((next) => `   next: ${oneLine(next)}`));
    if (fold.cut) lines.push('   cut short: there was more output than came back');
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

/** Where the node told its result, the status of our own script is no news to a person: the command's is. */
function withOwnExit(outcome: Outcome): Outcome {
  if (!outcome.result) return outcome;
  const { exitCode: _, ...rest } = outcome;
  const own = outcome.result.exit;
  return own === undefined ? rest : { ...rest, exitCode: own };
}
