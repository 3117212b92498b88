import { FireaxeError } from '../../base/errors.ts';
import type { OutcomeReason, TransportOptions } from '../types.ts';
import type { Account } from './account.ts';
import type { Clock } from './clock.ts';
import { answered } from './send-limits.ts';

/** Nothing was sent. */
interface NotOpened {
  state: 'unreachable' | 'not-attempted';
  reason: OutcomeReason;
}

/** An account's client, which may hang in reading its files: not longer than a connection, nor than the deadline. */
export async function openInTime(
  open: () => Promise<Account>,
  { last, wholeMs = Number.POSITIVE_INFINITY, connectMs, signal, stopped }: TransportOptions,
  { sleep }: Clock,
): Promise<Account | NotOpened> {
  const ms = last ? wholeMs : Math.min(connectMs, wholeMs);
  const late = new AbortController();
  const ended = new AbortController();
  if (Number.isFinite(ms)) void sleep(ms, ended.signal).then(() => late.abort());
  const over = AbortSignal.any([signal, late.signal, ...(stopped ? [stopped] : [])]);
  try {
    return await answered(over, open);
  } catch (error) {
    if (!over.aborted) return { state: 'unreachable', reason: noClient(error) };
    if (!late.signal.aborted)
      return {
        state: 'not-attempted',
        reason: { code: 'interrupted', message: 'stopped before it was sent' },
      };
    const reason: OutcomeReason = { code: 'no-client', message: 'the SSM client was not ready in time' };
    return { state: last ? 'not-attempted' : 'unreachable', reason };
  } finally {
    ended.abort();
  }
}

function noClient(error: unknown): OutcomeReason {
  if (!(error instanceof FireaxeError)) return { code: 'no-client', message: String(error) };
  return { code: error.kind, message: error.message, ...(error.next ? { next: error.next } : {}) };
}
