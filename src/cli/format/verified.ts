import { countsLine } from '../../base/counts-line.ts';
import { foldLine } from '../../base/fold-names.ts';
import { HEADLINE } from '../../base/quoted-output.ts';
import { oneLine } from '../../base/sanitize.ts';
import { HOLDS, type VerifiedStep, type VerifiedTarget } from '../../run/verify.ts';

/** Each step with its nodes, equal answers folded. */
export function verifiedLines(steps: VerifiedStep[]): string[] {
  return steps.flatMap(({ step, title, targets, notAsked, unverifiable }) => [
    `${step}: ${title}`,
    ...(unverifiable ? ['  nothing to verify: the step leaves no change on a node'] : []),
    ...grouped(targets, sameAnswer).flatMap(answerLines),
    ...grouped(notAsked, ({ why }) => why).map(
      (group) => `  not asked (${group[0]!.why}): ${foldLine(group.map(({ target }) => target))}`,
    ),
  ]);
}

/** How many targets are in each state; the states that none is in are left out. */
export function verifiedCounts(steps: VerifiedStep[]): Record<string, number> {
  const states = steps.flatMap(({ targets }) => targets.map(({ state }) => state));
  return Object.fromEntries(HOLDS.map((state) => [state, states.filter((one) => one === state).length]));
}

export function verifiedSum(runId: string, steps: VerifiedStep[]): string {
  const asked = steps.some(({ targets }) => targets.length > 0);
  return `verify of run ${runId}: ${asked ? countsLine(verifiedCounts(steps)) : 'nothing to verify'}`;
}

const sameAnswer = ({ state, note, next }: VerifiedTarget) => JSON.stringify([state, note, next]);

function answerLines(group: VerifiedTarget[]): string[] {
  const { state, note, next } = group[0]!;
  const names = foldLine(group.map(({ target }) => target));
  return [
    `${HEADLINE}${names} (${group.length}): ${state}${note ? `: ${oneLine(note)}` : ''}`,
    ...(next ? [`   next: ${oneLine(next)}`] : []),
  ];
}

function grouped<T>(all: T[], by: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return [...groups.values()];
}
