import { parseAmount } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import type { GateSpec } from '../run/types.ts';
import type { GateText } from './grammar.ts';

/** Reads a gate's texts into numbers. Throws usage naming `place`. */
export function gateSpec(gate: GateText, place: string): GateSpec {
  parseAmount(gate.answering, place);
  const errors = gate.maxErrors === undefined ? undefined : parseAmount(gate.maxErrors, place);
  if (errors && !('percent' in errors))
    throw usage(`maxErrors is a share: ${gate.maxErrors}`, { place, expected: 'for example 5%' });
  return {
    answering: gate.answering,
    ...(errors && 'percent' in errors ? { maxErrorPercent: errors.percent } : {}),
    holdsMs: parseSpan(gate.for, place, 0, LONGEST_MS),
    withinMs: parseSpan(gate.within, place, 0, LONGEST_MS),
    // Each reading is a login on every control-plane host.
    everyMs: parseSpan(gate.every, place, 100, LONGEST_MS),
  };
}
