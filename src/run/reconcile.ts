import { isResultState } from '../transport/node-result.ts';
import type { Outcome } from '../transport/types.ts';
import { runOp } from './run-op.ts';
import type { Session } from './session.ts';
import type { ActionStep } from './types.ts';

export interface Reconciled {
  /** The receipt says that it never began, or that it stopped half way: apply may be sent again. */
  again: string[];
}

/**
 * Asks the nodes what they remember of a step, and journals what they say as the outcome of apply.
 * What cannot be asked, or still runs there, stays as it was.
 */
export async function reconcile(
  session: Session,
  step: ActionStep,
  targets: string[],
  within: { wholeMs?: number } = {},
): Promise<Reconciled> {
  if (targets.length === 0) return { again: [] };
  const verdict = await runOp(session, step, { op: 'receipt', targets, journaled: true, ...within });
  const again: string[] = [];
  for (const receipt of verdict.outcomes) {
    const state = receipt.result?.state;
    if (state === 'absent' || state === 'interrupted') again.push(receipt.target);
    const settled = settledBy(receipt);
    if (settled) await session.record({ kind: 'outcome', step: step.id, op: 'apply', outcome: settled });
  }
  return { again };
}

/** The outcome of apply that a receipt proves; undefined while it proves none. */
export function settledBy(receipt: Outcome): Outcome | undefined {
  const { result } = receipt;
  if (receipt.state !== 'ok' || !result || result.code === 'running') return undefined;
  const recorded = result.data?.state ?? result.state;
  if (!isResultState(recorded)) return undefined;
  const failed = recorded === 'failed' || recorded === 'refused';
  return {
    ...receipt,
    state: failed ? 'failed' : 'ok',
    result: { ...result, state: recorded },
    reason: { code: 'by-receipt', message: 'as the node remembers it' },
  };
}
