import { foldLine } from '../../base/fold-names.ts';
import { mayStand } from '../../receipts/line.ts';
import type { KnownRun, KnownStep, StepOnNode } from '../../receipts/runs.ts';
import { table } from '../output.ts';

/** What a node says of a step, in the words of the list. */
export function standing(one: StepOnNode, at: Date): string {
  const { state, order, endedBy } = one;
  // Its own operator knows.
  if (state === 'undone' && endedBy !== undefined && endedBy !== order?.operator)
    return `undone by ${endedBy}`;
  if (state === 'changed')
    return mayStand(one, at) ? 'in force' : order?.noUndo === undefined ? 'over' : 'done';
  return state;
}

/** The runs that the nodes know as a table: a row for each step. */
export function knownRunLines(runs: KnownRun[], at: Date): string[] {
  const head = ['RUN', 'STEP', 'ACTION', 'NODES', 'STATE', 'SINCE', 'UNTIL', 'BY', 'REASON'];
  return table([head, ...runs.flatMap((run) => run.steps.map((step) => row(run, step, at)))]);
}

function row(run: KnownRun, { step, order, nodes }: KnownStep, at: Date): string[] {
  return [
    run.run,
    step,
    order?.action ?? '?',
    `${nodes.length}: ${foldLine(
      nodes.map(({ node }) => node),
      40,
    )}`,
    counted(nodes.map((one) => standing(one, at))),
    first(nodes.map(({ since }) => since)) ?? '?',
    untilText(nodes.filter((one) => mayStand(one, at))),
    order?.operator ?? '?',
    order?.reason ?? '?',
  ];
}

/** `in force`, or `in force (2), undone (1)`. */
function counted(words: string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const all = [...counts];
  return all.length === 1 ? all[0]![0] : all.map(([word, n]) => `${word} (${n})`).join(', ');
}

/** Until when what stands does so by itself. */
function untilText(nodes: StepOnNode[]): string {
  if (nodes.length === 0) return '-';
  const until = first(nodes.map((one) => one.until));
  if (until === undefined) return 'undo';
  return nodes.some(({ armed }) => armed) ? `${until} unless kept` : until;
}

function first(times: (string | undefined)[]): string | undefined {
  return times.filter((time) => time !== undefined).sort()[0];
}
