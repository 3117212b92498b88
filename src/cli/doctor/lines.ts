import { foldLine } from '../../base/fold-names.ts';
import type { Finding } from '../../doctor/types.ts';
import type { DoctorVerdict } from '../../doctor/verdict.ts';
import { folded } from './fold.ts';

/** Findings as text: a line each, with what leads to it and what mends it below. */
export function findingLines(all: readonly Finding[]): string[] {
  const findings = folded(all);
  const heads = findings.map(({ state, check, clusters = [] }) => [
    state,
    check,
    foldLine(clusters, 40) || '-',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...heads.map((head) => head[column]!.length)));
  return findings.flatMap(({ what, chain, next }, i) => {
    const head = heads[i]!.map((word, column) => word.padEnd(widths[column]!)).join('  ');
    return [
      `${head}  ${what}`,
      ...(chain ? [`       ${chain.join(' → ')}`] : []),
      ...(next === undefined ? [] : [`       next: ${next}`]),
    ];
  });
}

/** The last line: whether the emergency path is open. */
export function verdictLine({ state, counts, red }: DoctorVerdict): string {
  const total = `${counts.green} green, ${counts.amber} amber, ${counts.red} red`;
  if (state !== 'red') return `the emergency path is open: ${total}`;
  return `the emergency path is not open${red.length > 0 ? ` (${foldLine(red)})` : ''}: ${total}`;
}
