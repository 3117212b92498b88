import { parseAmount, resolveAmount } from '../base/amount.ts';
import { formatDuration } from '../base/duration.ts';
import type { ClusterReading } from '../probe/types.ts';
import type { GateSpec } from './types.ts';

export interface GateState {
  /** Since when the condition has held without a break (ms); undefined while it does not. */
  holdsSince?: number;
}

/** Whether one reading meets the condition, and the words for it. */
export function meets(spec: GateSpec, reading: ClusterReading): { ok: boolean; text: string } {
  const needed = resolveAmount(parseAmount(spec.answering, 'gate.answering'), reading.of, 'up');
  const answering = reading.answering >= needed && needed > 0;
  const errors = reading.errorPercent;
  // An unmeasured error share does not open a gate that asks for one.
  const calm = spec.maxErrorPercent === undefined || (errors !== undefined && errors <= spec.maxErrorPercent);
  const parts = [`${reading.answering}/${reading.of} API servers ready (${needed} needed)`];
  if (spec.maxErrorPercent !== undefined) {
    parts.push(
      `${errors === undefined ? 'errors not measured' : `${errors.toFixed(0)}% errors`} (at most ${spec.maxErrorPercent}%)`,
    );
  }
  return { ok: answering && calm, text: parts.join(', ') };
}

/** Feeds one reading into a gate: open once the condition has held for `holdsMs` without a break. */
export function judge(
  spec: GateSpec,
  state: GateState,
  reading: ClusterReading,
  nowMs: number,
): { state: GateState; open: boolean; text: string } {
  const { ok, text } = meets(spec, reading);
  if (!ok) return { state: {}, open: false, text };
  const holdsSince = state.holdsSince ?? nowMs;
  const held = nowMs - holdsSince;
  return {
    state: { holdsSince },
    open: held >= spec.holdsMs,
    text: `${text}, held ${formatDuration(held)} of ${formatDuration(spec.holdsMs)}`,
  };
}
