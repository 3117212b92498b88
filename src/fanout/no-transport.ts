import { FireaxeError } from '../base/errors.ts';
import type { Target } from '../kit/types.ts';
import { makeOutcome } from '../transport/outcome.ts';
import type { Outcome, OutcomeReason } from '../transport/types.ts';
import type { Via } from './types.ts';

/** A transport that could not be opened because a key or profile is missing: certainly nothing was sent. */
export function notOpened(target: Target, via: Via, error: unknown): Outcome {
  const reason: OutcomeReason =
    error instanceof FireaxeError
      ? { code: error.kind, message: error.message, ...(error.next ? { next: error.next } : {}) }
      : { code: 'no-transport', message: error instanceof Error ? error.message : String(error) };
  return makeOutcome({ target: target.name, via }, 'unreachable', { reason });
}

/** A target for which no transport is left. */
export function noTransportLeft(target: Target, why?: OutcomeReason): Outcome {
  const reason = why ?? { code: 'no-way', message: 'no usable transport' };
  return makeOutcome({ target: target.name }, 'unreachable', { reason });
}
