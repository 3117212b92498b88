import type { Outcome } from '../transport/types.ts';

/**
 * What is wrong with the credentials, and the next step, where that alone kept every target from being reached: then the
 * failure is not that of the nodes.
 */
export function credentialsFailure(outcomes: Outcome[]): { why: string; next?: string } | undefined {
  const attempted = outcomes.filter(({ state }) => state !== 'not-attempted');
  const reason = attempted[0]?.reason;
  if (!reason || attempted.some((outcome) => outcome.reason?.code !== 'credentials')) return undefined;
  return { why: reason.message, ...(reason.next ? { next: reason.next } : {}) };
}
