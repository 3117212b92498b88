import type { ConnectionTrace, OnTrace } from '../base/trace.ts';
import { Unreached } from './unreached.ts';

/** Tells how a connection attempt ended: in which phase, and why it failed. Only the first call counts. */
export type Tracer = (phase: string, error?: unknown) => void;

/** Begins an attempt; its time runs from here. */
export function startTrace(
  onTrace: OnTrace | undefined,
  attempt: Pick<ConnectionTrace, 'transport' | 'target' | 'address'>,
): Tracer {
  if (!onTrace) return () => {};
  const began = performance.now();
  let told = false;
  return (phase, error) => {
    if (told) return;
    told = true;
    const failure = error === undefined ? {} : { failure: failureOf(error) };
    onTrace({ kind: 'connection', ...attempt, phase, ms: performance.now() - began, ...failure });
  };
}

function failureOf(error: unknown): { code: string; message: string } {
  if (error instanceof Unreached) return { code: error.reason.code, message: error.reason.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
