import { FireaxeError } from '../base/errors.ts';

/** A disk that does not let us journal: nothing is launched, and that is no bug. */
export function stateError(cause: unknown, place: string): unknown {
  if (cause instanceof FireaxeError || !(cause as NodeJS.ErrnoException).code) return cause;
  return new FireaxeError('internal', `the run cannot be kept: ${(cause as Error).message}`, {
    place,
    cause,
    expected: 'a directory that can be written, with room',
    next: 'free the disk, or name another directory: FIREAXE_STATE_DIR=/tmp/fireaxe fireaxe …',
  });
}
