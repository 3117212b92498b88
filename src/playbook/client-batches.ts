import { parseAmount, resolveAmount } from '../base/amount.ts';
import { usage } from '../base/errors.ts';
import { spread } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';

/** Splits clients into batches of one size, each spread over the zones; every client is in exactly one. */
export function clientBatches<N extends FleetNode>(clients: N[], batch: string, place: string): N[][] {
  const size = resolveAmount(parseAmount(batch, place), clients.length, 'up');
  if (size === 0 && clients.length > 0)
    throw usage('a batch of no clients', { place, expected: 'a whole number from 1, or a percentage' });
  const batches: N[][] = [];
  let left = clients;
  while (left.length > 0) {
    const taken = new Set(spread(left, size));
    batches.push([...taken]);
    left = left.filter((node) => !taken.has(node));
  }
  return batches;
}
