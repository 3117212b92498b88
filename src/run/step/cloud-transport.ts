import type { Action, CloudContext } from '../../actions/types.ts';
import { type CallError, isNotConnected, isPassing } from '../../aws/passing.ts';
import { FireaxeError } from '../../base/errors.ts';
import type { Target } from '../../kit/types.ts';
import type { BeforeState, Op } from '../../node/types.ts';
import type { ResultCode } from '../../transport/codes/results.ts';
import { cloudErrorName } from '../../transport/codes/types.ts';
import { stateOf } from '../../transport/node-output.ts';
import { makeOutcome } from '../../transport/outcome.ts';
import type {
  NodeResult,
  NodeScript,
  Outcome,
  OutcomeReason,
  Transport,
  TransportOptions,
} from '../../transport/types.ts';

export interface CloudCall {
  action: Action;
  op: Op;
  params: unknown;
  /** What the cloud side may use for this target, until it is closed. */
  open(target: Target, signal: AbortSignal): { context: CloudContext; close(): Promise<void> };
  before?: (target: Target) => BeforeState | undefined;
}

/** Shows an action's cloud side to the fan-out as a transport, so that waves, budgets and outcomes are the same for both. */
export function cloudTransport(call: CloudCall): Transport {
  return {
    name: 'cloud',
    batches: (targets) => targets.map((t) => [t]),
    async *run(batch: Target[], _script: NodeScript, options: TransportOptions) {
      for (const target of batch) yield await callOne(target, call, options);
    },
    async close() {},
  };
}

async function callOne(target: Target, call: CloudCall, options: TransportOptions): Promise<Outcome> {
  const of = { target: target.name, via: 'cloud' as const, startedAt: new Date() };
  options.onEvent?.({ target: target.name, phase: 'launched', via: 'cloud' });
  const deadline = AbortSignal.timeout(options.runMs);
  const { context: opened, close } = call.open(target, AbortSignal.any([options.signal, deadline]));
  // What is changed is journaled before.
  let begun = opened.before !== undefined;
  const context: CloudContext = {
    ...opened,
    saveBefore(before) {
      begun = true;
      return opened.saveBefore(before);
    },
  };
  try {
    const result: NodeResult = await call.action.cloud!.run(call.op, target, call.params, context);
    return makeOutcome(of, stateOf(0, result, true), {
      result,
      ...(result.note && result.state === 'refused' ? reasonOf(result) : {}),
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const cut = isNotConnected(error);
    const message = cut ? `no connection to AWS in ${target.cloud?.region}: ${said}` : said;
    // A change may be half done: only its receipt (the cloud's own state) can tell.
    if (options.signal.aborted) return makeOutcome(of, 'unknown', { reason: { code: 'let-go', message } });
    if (deadline.aborted) return makeOutcome(of, 'timed-out', { reason: { code: 'deadline', message } });
    const known = error instanceof FireaxeError ? error : undefined;
    const code = known?.kind ?? (cut ? 'cloud-unreachable' : cloudErrorName(error));
    const next = known?.next ? { next: known.next } : {};
    const notBegun = call.op === 'apply' && !begun && (code === 'credentials' || isServiceFault(error));
    return makeOutcome(of, notBegun ? 'unreachable' : 'failed', { reason: { code, message, ...next } });
  } finally {
    await close();
  }
}

/** The service did not answer, or cannot now: before anything was changed, a resume may begin it. */
const isServiceFault = (error: unknown): boolean =>
  isNotConnected(error) || ((error as CallError).$metadata !== undefined && isPassing(error));

/** A cloud side gives results of its own making: their codes are in the table. */
function reasonOf({ code, note = 'refused' }: NodeResult): { reason: OutcomeReason } {
  return { reason: { code: (code ?? 'refused') as ResultCode, message: note } };
}
