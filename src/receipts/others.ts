import { foldLine } from '../base/fold-names.ts';
import { isPlainId } from '../node/order.ts';
import type { Outcome } from '../transport/types.ts';

/** What receipts/others.sh told in a check: a line for each run of another operator that stands on some of the targets. */
export function othersLines(outcomes: Outcome[]): string[] {
  const found = new Map<string, Set<string>>();
  for (const { target, result } of outcomes) {
    for (const [key, text] of Object.entries(result?.data ?? {})) {
      const told = /^other_\d$/.test(key) ? /^(\S+)\/\S+ (.+)$/.exec(text) : undefined;
      if (!told || !isPlainId(told[1]!)) continue;
      const line = `the run ${told[1]} of ${told[2]} stands on`;
      found.set(line, (found.get(line) ?? new Set()).add(target));
    }
  }
  return [...found].map(([line, nodes]) => `${line} ${foldLine([...nodes])} (${nodes.size})`);
}
