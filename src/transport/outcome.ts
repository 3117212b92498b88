import type { Outcome, OutcomeState } from './types.ts';

/** The target of an outcome, the transport, and its start and end. */
interface Of {
  target: string;
  via?: Outcome['via'];
  startedAt?: Date | string;
  endedAt?: Date | string;
}

/** Makes an outcome: every one is made here. What is not given is empty, and a time that is not given is now. */
export function makeOutcome(
  { target, via, startedAt, endedAt }: Of,
  state: OutcomeState,
  rest: Partial<Omit<Outcome, keyof Of | 'state'>> = {},
): Outcome {
  const now = new Date();
  const time = (at: Date | string = now) => (typeof at === 'string' ? at : at.toISOString());
  return {
    target,
    state,
    stdout: '',
    stderr: '',
    truncated: false,
    ...(via !== undefined && { via }),
    startedAt: time(startedAt),
    endedAt: time(endedAt),
    ...rest,
  };
}

/** Whether it is certain that nothing of the script was run. */
export function neverRan({ state, reason }: Pick<Outcome, 'state' | 'reason'>): boolean {
  return state === 'unreachable' || state === 'not-attempted' || reason?.code === 'incomplete';
}
