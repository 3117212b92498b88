import type { Target } from '../kit/types.ts';
import { makeOutcome } from '../transport/outcome.ts';
import type { Outcome, OutcomeReason, Transport, TransportOptions } from '../transport/types.ts';
import type { FanoutSpec } from './types.ts';

/** A transport that has not ended by then has lost its own clock. */
const BACKSTOP_MS = 20_000;
const STOP_WAITING_MS = 2_000;
const LOGIN_PHASES = 4;

type Times = Pick<FanoutSpec, 'connectMs' | 'loginMs' | 'runMs' | 'deliveryMs'>;

/**
 * Runs one batch and yields exactly one outcome for each target, whatever the transport does:
 * a target that it forgets, or does not end in time, is `unknown`, because the command may have left.
 */
export async function* runBatch(
  transport: Transport,
  batch: Target[],
  spec: Times & Pick<FanoutSpec, 'script'>,
  options: Pick<TransportOptions, 'signal' | 'stopped' | 'turn' | 'onEvent' | 'wholeMs' | 'last'>,
): AsyncGenerator<Outcome> {
  const open = new Map(batch.map((t) => [t.name, t]));
  const startedAt = new Date();

  const overdue = timeLimit(longest(spec, options.wholeMs) + BACKSTOP_MS, options.signal);
  const { turn } = options;
  const source = transport
    .run(batch, spec.script, {
      connectMs: spec.connectMs,
      ...(spec.loginMs === undefined ? {} : { loginMs: spec.loginMs }),
      ...(spec.deliveryMs === undefined ? {} : { deliveryMs: spec.deliveryMs }),
      runMs: spec.runMs,
      ...options,
      // What waits for its turn is not late.
      ...(turn && {
        async turn(target) {
          overdue.hold();
          try {
            return await turn(target);
          } finally {
            overdue.restart();
          }
        },
      }),
      onEvent(event) {
        overdue.restart();
        options.onEvent?.(event);
      },
    })
    [Symbol.asyncIterator]();
  let reason: OutcomeReason = {
    code: 'transport-fault',
    message: `${transport.name} ended without an outcome`,
  };
  try {
    while (open.size > 0) {
      const next = await Promise.race([source.next(), overdue.passed]);
      if (next === 'overdue') {
        reason = { code: 'overdue', message: `${transport.name} did not end in time` };
        break;
      }
      if (next.done) break;
      if (open.delete(next.value.target)) yield next.value;
    }
  } catch (error) {
    reason = { code: 'transport-fault', message: error instanceof Error ? error.message : String(error) };
  } finally {
    overdue.cancel();
    // Lets the transport tidy up; one that hangs is not waited for.
    source.return?.(undefined).catch(() => {});
  }
  for (const target of open.keys())
    yield makeOutcome({ target, via: transport.name, startedAt }, 'unknown', { reason });
}

/** Every phase of the login may take its time: authentication, session, sudo, the shell's start. */
function longest(
  { connectMs, loginMs = connectMs, runMs, deliveryMs = 0 }: Times,
  wholeMs = Number.POSITIVE_INFINITY,
): number {
  return Math.min(Math.max(connectMs + LOGIN_PHASES * loginMs, deliveryMs) + runMs, wholeMs);
}

function timeLimit(ms: number, stopWaiting: AbortSignal) {
  let timer: NodeJS.Timeout;
  let hold = () => clearTimeout(timer);
  let restart = () => {};
  let onAbort: () => void;
  const passed = new Promise<'overdue'>((resolve) => {
    restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve('overdue'), ms);
    };
    restart();
    onAbort = () => {
      hold = restart = () => {};
      clearTimeout(timer);
      timer = setTimeout(() => resolve('overdue'), STOP_WAITING_MS);
    };
    if (stopWaiting.aborted) onAbort();
    else stopWaiting.addEventListener('abort', onAbort, { once: true });
  });
  return {
    passed,
    /** From a new sign of life on: what waits for its turn at a service is not lost. */
    restart: () => restart(),
    /** Not overdue until the next sign of life. */
    hold: () => hold(),
    cancel() {
      restart = () => {};
      clearTimeout(timer);
      stopWaiting.removeEventListener('abort', onAbort);
    },
  };
}
