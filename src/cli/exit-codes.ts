import type { ErrorKind } from '../base/errors.ts';
import type { RunVerdict } from '../run/types.ts';

/** Stable, because scripts rely on them (docs/exit-codes.md). */
export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  /** Some targets are not `ok`. */
  targets: 3,
  credentials: 4,
  declined: 5,
  stale: 6,
  /** Stopped by a failure budget, a floor, a quorum or a gate. */
  guard: 7,
  interrupted: 130,
} as const;

export function exitCodeOfError(kind: ErrorKind): number {
  return EXIT[kind];
}

export function exitCodeOfVerdict(state: RunVerdict['state']): number {
  return {
    done: EXIT.done,
    recovered: EXIT.targets,
    partial: EXIT.targets,
    failed: EXIT.targets,
    guard: EXIT.guard,
    interrupted: EXIT.interrupted,
  }[state];
}
