import { CHECKS, FINDING_STATES, type Finding, type FindingState } from './types.ts';

export interface DoctorVerdict {
  state: FindingState;
  counts: Record<FindingState, number>;
  /** Clusters whose emergency path is not open, as far as a finding names them. */
  red: string[];
}

/** The worst finding decides. */
export function verdictOf(findings: readonly Finding[]): DoctorVerdict {
  const counts = Object.fromEntries(
    FINDING_STATES.map((state) => [state, findings.filter((one) => one.state === state).length]),
  ) as DoctorVerdict['counts'];
  const red = findings.filter(({ state }) => state === 'red').flatMap(({ clusters = [] }) => clusters);
  return {
    state: [...FINDING_STATES].reverse().find((state) => counts[state] > 0) ?? 'green',
    counts,
    red: [...new Set(red)].sort(),
  };
}

/** What is in the way first; then in the order of the checks, and of the clusters' names. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = ({ state, check }: Finding) => -FINDING_STATES.indexOf(state) * 100 + CHECKS.indexOf(check);
  const name = ({ clusters: [first = ''] = [] }: Finding) => first;
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0),
  );
}
