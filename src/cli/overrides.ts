import { parseAmount, parseSome } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import { isTransportName, TRANSPORT_NAMES, type TransportName } from '../fleet/transports.ts';
import type { Overrides } from '../plan/request.ts';
import type { PaceFlags, TargetFlags, WaveFlags } from './options.ts';

/** The flags that override what a plan or playbook says, read and checked. */
export function overridesOf(flags: PaceFlags & WaveFlags & Pick<TargetFlags, 'limit'>): Overrides {
  const { timeout, delivery, parallel, maxFailures, canary, wave, limit, via } = flags;
  if (parallel !== undefined && !(Number.isInteger(parallel) && parallel > 0)) {
    throw usage('not a number of nodes', { place: '--parallel', expected: 'a whole number from 1' });
  }
  if (maxFailures !== undefined) parseAmount(maxFailures, '--max-failures');
  if (canary !== undefined) parseAmount(canary, '--canary');
  if (wave !== undefined) parseSome(wave, '--wave', 'the wave has no nodes');
  if (limit !== undefined) parseSome(limit, '--limit', 'the limit selects no nodes');
  return {
    ...(timeout !== undefined && { timeoutMs: parseSpan(timeout, '--timeout', 1_000, LONGEST_MS) }),
    ...(delivery !== undefined && { deliveryMs: parseSpan(delivery, '--delivery', 1_000, LONGEST_MS) }),
    ...(parallel !== undefined && { parallel }),
    ...(maxFailures !== undefined && { maxFailures }),
    ...(canary !== undefined && { canary }),
    ...(wave !== undefined && { wave }),
    ...(limit !== undefined && { limit }),
    ...(via !== undefined && { via: transportsOf(via) }),
  };
}

function transportsOf(words: string[]): TransportName[] {
  const unknown = words.find((word) => !isTransportName(word));
  if (unknown !== undefined) {
    throw usage(`unknown transport ${JSON.stringify(unknown)}`, {
      place: '--via',
      expected: `some of ${TRANSPORT_NAMES.join(',')}`,
    });
  }
  return words as TransportName[];
}
