import type { RunEvent } from '../../../run/types.ts';

/** What the nodes told when their flood was ended; `left` are those that did not tell. */
export interface FloodTally {
  calls: number;
  answered: number;
  left: string[];
  /** Those on which it was over by itself before. */
  over: string[];
}

/** Of one event of the undo; none where it is about something else. */
export function tallyOf(event: RunEvent): FloodTally[] {
  if (event.kind !== 'outcome' || event.op !== 'undo') return [];
  const { target, state, result } = event.outcome;
  const number = (text: string | undefined) => (/^\d{1,12}$/.test(text ?? '') ? Number(text) : 0);
  const { calls, answered } = result?.data ?? {};
  return [
    {
      calls: number(calls),
      answered: number(answered),
      left: state === 'ok' ? [] : [target],
      over: result?.state === 'already' ? [target] : [],
    },
  ];
}

export function sumOf(tallies: readonly FloodTally[]): FloodTally {
  return {
    calls: tallies.reduce((sum, { calls }) => sum + calls, 0),
    answered: tallies.reduce((sum, { answered }) => sum + answered, 0),
    left: tallies.flatMap(({ left }) => left),
    over: tallies.flatMap(({ over }) => over),
  };
}

/** Why the flood was over on some nodes; undefined where it was not. Milliseconds since its start, and of its time. */
export function overText({ over }: FloodTally, ranMs: number, spanMs: number): string | undefined {
  if (over.length === 0) return undefined;
  const where = over.join(', ');
  return ranMs >= spanMs
    ? `the flood was over before the drill was, on ${where}: unless the playbook held it, give a longer --for`
    : `the flood was over before its time on ${where}: what was held and released makes no more calls`;
}
