import type { OutcomeReason } from './types.ts';

/** Thrown while it is certain that no command was sent; the reason becomes the outcome's. */
export class Unreached extends Error {
  readonly reason: OutcomeReason;
  /** The far end hung up before the login: worth another try. */
  readonly dropped: boolean;

  constructor(reason: OutcomeReason, options: { dropped?: boolean } = {}) {
    super(reason.message);
    this.reason = reason;
    this.dropped = options.dropped ?? false;
  }
}
