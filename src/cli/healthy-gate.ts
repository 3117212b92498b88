import type { GateSpec } from '../plan/types.ts';

/** The gate of verbs: every API server answers for this long. */
export function healthyFor(holdsMs: number): GateSpec {
  return { answering: '100%', holdsMs, withinMs: Math.max(120_000, holdsMs * 4), everyMs: 2_000 };
}
