/** What went wrong, in the words of the exit codes (docs/exit-codes.md). */
export type ErrorKind =
  | 'internal' // fireaxe itself failed
  | 'usage' // wrong flag, selector, playbook, kit content
  | 'credentials' // a key, profile or permission that is missing or refused
  | 'declined' // confirmation was refused, or needed without a terminal
  | 'stale' // the plan no longer matches what would run
  | 'guard' // budget, floor, quorum or gate
  | 'interrupted'; // Ctrl-C

export interface ErrorDetails {
  /** file:line:column, flag or target. */
  place?: string;
  /** What was expected instead. */
  expected?: string;
  /** The next command to type, or what to change. */
  next?: string;
  cause?: unknown;
}

/** The one error that reaches a user: kind, cause, place and the next command. Anything else is a bug. */
export class FireaxeError extends Error {
  override name = 'FireaxeError';
  readonly kind: ErrorKind;
  readonly place: string | undefined;
  readonly expected: string | undefined;
  readonly next: string | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.place = details.place;
    this.expected = details.expected;
    this.next = details.next;
  }
}

/** A mistake in the command line, a playbook or the kit: exit 2. */
export function usage(message: string, details: ErrorDetails = {}): FireaxeError {
  return new FireaxeError('usage', message, details);
}
