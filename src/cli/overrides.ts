import { parseAmount, parseSome } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import { isTransportName, TRANSPORT_NAMES, type TransportName } from '../fleet/transports.ts';
import type { Overrides } from '../plan/request.ts';
import { type Flags, text } from './context.ts';

/** What was said over a plan's own words, read and checked. */
export function overridesOf(flags: Flags): Overrides {
  const timeout = text(flags, 'timeout');
  const parallel = flags.parallel as number | undefined;
  if (parallel !== undefined && !(Number.isInteger(parallel) && parallel > 0)) {
    throw usage('not a number of nodes', { place: '--parallel', expected: 'a whole number from 1' });
  }
  return {
    ...(timeout === undefined ? {} : { timeoutMs: parseSpan(timeout, '--timeout', 1_000, LONGEST_MS) }),
    ...(parallel === undefined ? {} : { parallel }),
    ...amountOf(flags, 'maxFailures', '--max-failures'),
    ...amountOf(flags, 'canary', '--canary'),
    ...amountOf(flags, 'wave', '--wave'),
    ...amountOf(flags, 'limit', '--limit'),
    ...(flags.via === undefined ? {} : { via: waysOf(flags.via as string[]) }),
  };
}

function amountOf<K extends 'maxFailures' | 'canary' | 'wave' | 'limit'>(
  flags: Flags,
  key: K,
  place: string,
) {
  const typed = text(flags, key);
  if (typed === undefined) return {};
  if (key === 'wave' || key === 'limit') parseSome(typed, place, `a ${key} of no nodes`);
  else parseAmount(typed, place);
  return { [key]: typed } as Record<K, string>;
}

function waysOf(words: string[]): TransportName[] {
  const unknown = words.find((word) => !isTransportName(word));
  if (unknown !== undefined) {
    throw usage(`no way is called ${unknown}`, {
      place: '--via',
      expected: `some of ${TRANSPORT_NAMES.join(',')}`,
    });
  }
  return words as TransportName[];
}
