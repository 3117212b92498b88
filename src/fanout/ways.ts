import { FireaxeError } from '../base/errors.ts';
import { TRANSPORTS } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import { makeOutcome } from '../transport/outcome.ts';
import type { Outcome, OutcomeReason } from '../transport/types.ts';
import type { Via } from './batch.ts';

/** Targets that one call of a transport takes: those that are left to it are gathered, so many or so long. */
export const perCall = (via: Via): number => (via === 'cloud' ? 1 : TRANSPORTS[via].perCall);
export const GATHER_MS = 2_000;

/** A way that cannot even be opened, for want of a key or a profile: certain that nothing left. */
export function noTransport(target: Target, via: Via, error: unknown): Outcome {
  const reason: OutcomeReason =
    error instanceof FireaxeError
      ? { code: error.kind, message: error.message, ...(error.next ? { next: error.next } : {}) }
      : { code: 'no-transport', message: error instanceof Error ? error.message : String(error) };
  return makeOutcome({ target: target.name, via }, 'unreachable', { reason });
}

export function noWay(target: Target, why?: OutcomeReason): Outcome {
  const reason = why ?? { code: 'no-way', message: 'no usable transport' };
  return makeOutcome({ target: target.name }, 'unreachable', { reason });
}

/** An outcome that tells what the ways before it said. */
export function withHistory(outcome: Outcome, tried: Outcome[]): Outcome {
  if (tried.length === 0 || outcome.state === 'ok') return outcome;
  const history = tried.map((o) => `${o.via}: ${o.reason?.message ?? o.state}`).join('; ');
  const reason = outcome.reason ?? { code: outcome.state, message: outcome.state };
  return { ...outcome, reason: { ...reason, message: `${reason.message} (before: ${history})` } };
}
