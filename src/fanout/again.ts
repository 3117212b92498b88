import { formatDuration } from '../base/duration.ts';
import type { ReasonCode } from '../transport/codes/reasons.ts';
import type { Outcome } from '../transport/types.ts';

/** How a target that nothing was sent to is tried again. */
export interface Again {
  /** From a target's first try until its last one may begin (ms). */
  forMs: number;
  /** Targets that look dead, too; without it only those that showed a sign of life. */
  dead?: boolean;
  /** Before the second try, and before each further one; up to half as much is added at random. */
  pausesMs?: readonly [number, number];
}

/**
 * Slow enough for a host that takes six connections of one source in 30 seconds (`ufw limit`), five of which
 * the first try may have used up.
 */
const PAUSES_MS = [12_000, 24_000] as const;

/** Reasons that can pass. Never a refused login, a host key or a credential. */
const PASSING = new Set<ReasonCode>([
  'connect-timeout',
  'dropped',
  'refused',
  'no-route',
  'session',
  'bastion-full',
]);
/** How a machine that is gone looks. */
const DEAD = new Set<ReasonCode>(['refused', 'no-route']);

/** Whether another try can reach the target: nothing was sent, and the reason can pass. */
export function mayPass({ state, reason }: Outcome, dead = false): boolean {
  if (state !== 'unreachable' || !reason || !PASSING.has(reason.code)) return false;
  return dead || !(DEAD.has(reason.code) || reason.phase === 'tcp' || reason.phase === 'bastion');
}

/** Milliseconds before the next try. */
export function pauseBefore(tries: number, { pausesMs = PAUSES_MS }: Pick<Again, 'pausesMs'> = {}): number {
  const ms = pausesMs[Math.min(tries, pausesMs.length) - 1]!;
  return ms * (1 + Math.random() / 2);
}

/** An outcome whose reason tells how often and how long it was tried. */
export function withTries(outcome: Outcome, tries: number, ms: number): Outcome {
  if (tries < 2 || outcome.state === 'ok' || !outcome.reason) return outcome;
  const message = `${outcome.reason.message} (tried ${tries} times in ${formatDuration(ms)})`;
  return { ...outcome, reason: { ...outcome.reason, message } };
}
