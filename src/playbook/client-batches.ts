import { parseSome, resolveAmount } from '../base/amount.ts';
import { spread } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';

/** Splits clients into batches of one size, each spread over the zones; every client is in exactly one. */
export function clientBatches<N extends FleetNode>(clients: N[], batch: string, place: string): N[][] {
  const size = resolveAmount(parseSome(batch, place, 'a batch of no clients'), clients.length, 'up');
  const batches: N[][] = [];
  let left = clients;
  while (left.length > 0) {
    const taken = new Set(spread(left, size));
    batches.push([...taken]);
    left = left.filter((node) => !taken.has(node));
  }
  return batches;
}
