import { parseAmount, parseSome } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { GateSpec } from '../plan/types.ts';
import type { GateText } from './grammar.ts';
import { nodesSpec } from './nodes-spec.ts';

/**
 * Reads the texts of a gate into numbers. `concerned` are the nodes that come back, of which it reads a sample where it asks for
 * them. Throws usage with the place of the wrong text.
 */
export function gateSpec(
  gate: GateText,
  at: (...keys: [keyof GateText, ...PropertyKey[]]) => string,
  concerned: (selector: string | undefined) => FleetNode[],
): GateSpec {
  parseSome(gate.answering, at('answering'), 'a gate that no API server answers');
  const errors = gate.maxErrors === undefined ? undefined : parseAmount(gate.maxErrors, at('maxErrors'));
  if (errors && !('percent' in errors)) {
    throw usage(`maxErrors is a share: ${gate.maxErrors}`, {
      place: at('maxErrors'),
      expected: 'for example 5%',
    });
  }
  if (gate.freshLeases !== undefined)
    parseSome(gate.freshLeases, at('freshLeases'), 'a gate that needs no fresh lease');
  if (gate.etcdHealthy !== undefined)
    parseSome(gate.etcdHealthy, at('etcdHealthy'), 'a gate that needs no healthy etcd member');
  const holdsMs = parseSpan(gate.for, at('for'), 0, LONGEST_MS);
  const withinMs = parseSpan(gate.within, at('within'), 1_000, LONGEST_MS);
  if (withinMs < holdsMs) {
    throw usage(`a gate that cannot hold for ${gate.for} within ${gate.within}`, {
      place: at('within'),
      expected: `at least ${gate.for}`,
    });
  }
  const nodes = gate.nodes && nodesSpec(gate.nodes, (key) => at('nodes', key), concerned(gate.nodes.on));
  const calmReadings = calmOf(gate.calm, at('calm'));
  return {
    answering: gate.answering,
    ...(errors && 'percent' in errors ? { maxErrorPercent: errors.percent } : {}),
    ...(gate.freshLeases === undefined ? {} : { freshLeases: gate.freshLeases }),
    ...(gate.etcdHealthy === undefined ? {} : { etcdHealthy: gate.etcdHealthy }),
    ...(nodes && { nodes }),
    ...(calmReadings > 0 && { calmReadings }),
    holdsMs,
    withinMs,
    // Each reading is a login on every control-plane host.
    everyMs: parseSpan(gate.every, at('every'), 100, LONGEST_MS),
  };
}

function calmOf(text: string | undefined, place: string): number {
  const calm = Number(text ?? 0);
  if (Number.isInteger(calm) && calm >= 0 && calm <= 1000) return calm;
  throw usage(`not a number of readings: ${text}`, {
    place,
    expected: 'a whole number; 0 waits for the whole time',
  });
}
