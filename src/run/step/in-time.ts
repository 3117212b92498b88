import type { Target } from '../../kit/types.ts';
import { Channel } from '../../transport/channel.ts';
import type { Outcome, Transport } from '../../transport/types.ts';
import type { NodeClocks } from './node-clocks.ts';

/** How long refusals of a batch are collected, so that they share a command again. */
const GATHER_MS = 300;

/**
 * The same transport, which sends an order once more, with the difference, where a node refused it because of its clock.
 * Such a refusal comes before anything is done, and the budget must not count it.
 */
export function inTime(transport: Transport, clocks: NodeClocks): Transport {
  return {
    ...transport,
    async *run(batch, script, options) {
      const outcomes = new Channel<Outcome>();
      const targets = new Map(batch.map((target) => [target.name, target]));
      const refused: Target[] = [];
      const resent: Promise<void>[] = [];
      let timer: NodeJS.Timeout | undefined;
      const began = performance.now();
      // The deadline that the operator gave covers both attempts.
      const left = () =>
        options.wholeMs === undefined
          ? options
          : { ...options, wholeMs: Math.max(1, options.wholeMs - (performance.now() - began)) };

      async function send(part: Target[], first: boolean): Promise<void> {
        for await (const outcome of transport.run(part, script, first ? options : left())) {
          const target = targets.get(outcome.target);
          if (!clocks.learn(outcome) || !first || !target || options.signal.aborted) {
            outcomes.push(outcome);
            continue;
          }
          refused.push(target);
          timer ??= setTimeout(resend, batch.length > 1 ? GATHER_MS : 0);
        }
      }
      function resend(): void {
        clearTimeout(timer);
        timer = undefined;
        if (refused.length > 0) resent.push(send(refused.splice(0), false));
      }
      let fault: unknown;
      void send(batch, true)
        .finally(resend)
        .then(() => Promise.all(resent))
        .catch((error: unknown) => {
          fault = error;
        })
        .finally(() => outcomes.close());
      yield* outcomes;
      if (fault) throw fault;
    },
  };
}
