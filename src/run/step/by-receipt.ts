import type { Transport } from '../../transport/types.ts';
import { givenAgain } from './given-again.ts';

/** The same transport, which sends an undo once more, with the journaled before-state, to a node that has no receipt. */
export function byReceipt(transport: Transport): Transport {
  return givenAgain(transport, ({ result }, { fullTextFor, textForAll: _, ...script }) =>
    fullTextFor && result?.op === 'undo' && result.state === 'absent'
      ? { ...script, textFor: fullTextFor }
      : undefined,
  );
}
