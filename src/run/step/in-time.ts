import type { Transport } from '../../transport/types.ts';
import { givenAgain } from './given-again.ts';
import type { NodeClocks } from './node-clocks.ts';

/**
 * The same transport, which sends an order once more, with the difference, where a node refused it because of its clock.
 * Such a refusal comes before anything is done.
 */
export function inTime(transport: Transport, clocks: NodeClocks): Transport {
  return givenAgain(transport, (outcome, script) => (clocks.learn(outcome) ? script : undefined));
}
