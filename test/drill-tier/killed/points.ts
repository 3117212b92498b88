import type { Stage } from './between.ts';

/** A run that nobody kills: the calls at which others are, and the state that they must reach. */
export interface Undisturbed {
  apply: string[];
  undo: string[];
  before: string;
  after: string;
  effects: string[];
}

export interface Point {
  step: number;
  stage: Stage;
}

export interface Kill {
  apply: Point;
  /** Absent: undone at once, without a resume and without a kill. */
  undo?: Point;
}

const READS = /^(Describe|Get|List)|^GET|dry run/;

/** With `--full` readings, too; a usual run leaves out those before which nothing was changed. */
const EVERY = process.env.FIREAXE_FULL !== undefined;

/** Before each call; and after each that changes something: of a reading the cloud remembers nothing. */
function pointsOf(calls: string[]): Point[] {
  return calls.flatMap((call, step) => {
    const reads = READS.test(call);
    const afterChange = step > 0 && !READS.test(calls[step - 1]!);
    return [
      ...(EVERY || !reads || afterChange ? [{ step, stage: 'unseen' as const }] : []),
      ...(reads ? [] : [{ step, stage: 'unanswered' as const }]),
    ];
  });
}

/** Each point of the run, each of its undo; and each change of the run once more, undone where it stands. */
export function killsOf(usual: Undisturbed): Kill[] {
  const [apply, undo] = [pointsOf(usual.apply), pointsOf(usual.undo)];
  const both = Array.from({ length: Math.max(apply.length, undo.length) }, (_, n) => ({
    apply: apply[n % apply.length]!,
    undo: undo[n % undo.length]!,
  }));
  return [...both, ...apply.filter(({ stage }) => stage === 'unanswered').map((point) => ({ apply: point }))];
}

/** At most so many of them, evenly from the first to the last. */
export function spread<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, n) => all[Math.round((n * (all.length - 1)) / (most - 1))]!);
}

export function placeOf({ apply, undo }: Kill, usual: Undisturbed): string {
  const said = (calls: string[], { step, stage }: Point) => `call ${step} ${calls[step]} ${stage}`;
  return `${said(usual.apply, apply)}, ${undo ? `undo ${said(usual.undo, undo)}` : 'undone at once'}`;
}
