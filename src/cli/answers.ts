import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { createTurns } from '../base/turns.ts';
import type { AskStep } from '../plan/types.ts';
import type { Answer, JournalRecord, RunEnv } from '../run/types.ts';
import { canAsk, whyNotAsked } from './ask.ts';
import type { Flags } from './flags.ts';
import { typedAnswer } from './typed-answer.ts';
import type { CliIo } from './types.ts';
import type { View } from './view/view.ts';

type Answers = ReadonlyMap<string, Answer['answer']>;

/** What `--answer STEP=yes` says. Throws usage for anything but yes and no, and for a step twice. */
export function answersOf({ answer: words = [] }: Pick<Flags, 'answer'>): Answers {
  const answers = new Map<string, Answer['answer']>();
  for (const word of words) {
    const [, step = '', answer] = /^([^=]+)=(yes|no)$/.exec(word) ?? [];
    if (answer !== 'yes' && answer !== 'no')
      throw usage(`invalid answer: ${word}`, { place: '--answer', expected: 'STEP=yes or STEP=no' });
    if (answers.has(step)) throw usage(`${step} is answered twice`, { place: '--answer' });
    answers.set(step, answer);
  }
  return answers;
}

/**
 * Throws usage, before anything starts, where a question has no answer and there is no terminal, and where an answer
 * belongs to no question. `answered`: by an earlier process of the run. `apart`: why nobody is asked although there may be a
 * terminal.
 */
export function refuseUnanswered(
  questions: readonly AskStep[],
  flags: Pick<Flags, 'answer' | 'input'>,
  io: CliIo,
  { answered, apart }: { answered?: ReadonlySet<string>; apart?: { why: string; or: string } } = {},
): void {
  const answers = answersOf(flags);
  const ids = new Set(questions.map(({ id }) => id));
  for (const step of answers.keys()) {
    if (ids.has(step)) continue;
    const meant = nearest(step, ids);
    throw usage(`the plan asks no question ${step}`, {
      place: '--answer',
      expected:
        ids.size === 0 ? 'no answers' : `${meant ? `perhaps ${meant}; ` : ''}one of ${[...ids].join(', ')}`,
    });
  }
  const open = [...ids].filter((id) => !answers.has(id) && !answered?.has(id));
  if (open.length === 0 || (!apart && canAsk(io, flags))) return;
  const why = apart?.why ?? whyNotAsked(io, flags) ?? 'there is no terminal';
  const first = questions.find(({ id }) => id === open[0])!;
  throw usage(`${open.join(', ')} must be answered, but ${why}`, {
    place: '--answer',
    expected: `an answer to: ${first.text}`,
    next: `add ${open.map((id) => `--answer ${id}=yes`).join(' ')}${apart ? `, or ${apart.or}` : ''}`,
  });
}

/** The same of a rollout: a hundred clusters would ask a hundred times, so one answer is given for all, before it starts. */
export function refuseUnansweredRollout(
  questions: readonly AskStep[],
  flags: Pick<Flags, 'answer' | 'input'>,
  io: CliIo,
): void {
  refuseUnanswered(questions, flags, io, {
    apart: {
      why: 'a rollout over several clusters does not stop to ask',
      or: 'run one cluster at a time with -c',
    },
  });
}

/** The questions of a run that its journal has a yes to. */
export function answeredIn(records: readonly JournalRecord[]): Set<string> {
  return new Set(records.flatMap((r) => (r.kind === 'ask' && r.answer === 'yes' ? [r.step] : [])));
}

/** Answers the questions of a run: as `--answer` says, otherwise at the terminal, one question after another. */
export function answerer(
  flags: Pick<Flags, 'answer' | 'input'>,
  io: CliIo,
  by: string,
  /** Shows the prompt; undefined where nobody is asked. */
  view: Pick<View, 'prompt'> | undefined,
): NonNullable<RunEnv['ask']> {
  const answers = answersOf(flags);
  const inTurn = createTurns();
  return async ({ step, text }, signal) => {
    const known = answers.get(step);
    if (known) return { answer: known, by, how: '--answer' };
    if (!view) return undefined;
    return inTurn(async () => {
      if (signal.aborted || !canAsk(io, flags)) return undefined;
      const answer = await typedAnswer(io, `${step}: ${text} [yes/no]`, view, signal);
      return answer && { answer, by, how: 'terminal' };
    });
  };
}
