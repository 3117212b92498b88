import type { Target } from '../../kit/types.ts';
import { Channel } from '../../transport/channel.ts';
import type { NodeScript, Outcome, Transport } from '../../transport/types.ts';

/** How long those of a batch are collected, so that they share a command again. */
const GATHER_MS = 300;

/**
 * The same transport, which gives an order once more, by the script that `again` returns, where the node did nothing for
 * a reason that the script can mend. The budget must not count the first answer.
 */
export function givenAgain(
  transport: Transport,
  again: (outcome: Outcome, script: NodeScript) => NodeScript | undefined,
): Transport {
  return {
    ...transport,
    async *run(batch, script, options) {
      const outcomes = new Channel<Outcome>();
      const targets = new Map(batch.map((target) => [target.name, target]));
      let gathered: { target: Target; next: NodeScript }[] = [];
      const resent: Promise<void>[] = [];
      let timer: NodeJS.Timeout | undefined;
      const began = performance.now();
      // The deadline that the operator gave covers both attempts.
      const left = () =>
        options.wholeMs === undefined
          ? options
          : { ...options, wholeMs: Math.max(1, options.wholeMs - (performance.now() - began)) };

      async function send(part: Target[], by: NodeScript, first: boolean): Promise<void> {
        for await (const outcome of transport.run(part, by, first ? options : left())) {
          const target = targets.get(outcome.target);
          const next = again(outcome, by);
          if (!next || !first || !target || options.signal.aborted) {
            outcomes.push(outcome);
            continue;
          }
          gathered.push({ target, next });
          timer ??= setTimeout(resend, batch.length > 1 ? GATHER_MS : 0);
        }
      }
      function resend(): void {
        clearTimeout(timer);
        timer = undefined;
        const now = gathered;
        gathered = [];
        const part = now.map(({ target }) => target);
        if (now[0]) resent.push(send(part, now[0].next, false));
      }
      let fault: unknown;
      void send(batch, script, true)
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
