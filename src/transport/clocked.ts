import { setMaxListeners } from 'node:events';
import { formatDuration } from '../base/duration.ts';
import type { Target } from '../kit/types.ts';
import type { Deadline } from './deadline.ts';
import { createDeadline } from './deadline.ts';
import type { LagMeter } from './lag.ts';
import type { Attempt, Ending } from './outcome.ts';
import { notLaunched } from './outcome.ts';
import type { NodeScript, Outcome, TransportOptions } from './types.ts';
import { Unreached } from './unreached.ts';

/** One target's own clock and its way out, the same for every transport that reaches targets one by one. */
export interface Clock {
  /** Before the launch its reason is an `Unreached`, afterwards the `lost` part of an ending. */
  stop: AbortSignal;
  deadline: Deadline;
  /** The command leaves now: the clock of the run starts. */
  launch(): void;
}

export type Lost = NonNullable<Ending['lost']>;

/** Attends one target under its clock and turns every failure before the launch into an outcome. */
export async function clocked(
  meter: LagMeter,
  asked: { target: Target; via: 'ssh' | 'openssh' | 'local'; script: NodeScript; options: TransportOptions },
  /** Why the target counts as unreachable when its time to connect has passed. */
  late: () => Unreached,
  attend: (attempt: Attempt, clock: Clock) => Promise<Outcome>,
): Promise<Outcome> {
  const { target, via, script, options } = asked;
  const attempt: Attempt = { target, via, script, startedAt: new Date() };
  const event = (phase: 'connecting' | 'launched') => options.onEvent?.({ target: target.name, phase, via });
  const release = meter.use();
  const stop = new AbortController();
  let left = false;
  const deadline = createDeadline(meter, () => stop.abort(left ? tooLong(options.runMs) : late()));
  const letGo = () => stop.abort(left ? LET_GO : new LetGo());
  // One listener a target on the run's signal is meant.
  setMaxListeners(0, options.signal, stop.signal);
  options.signal.addEventListener('abort', letGo, { once: true });
  try {
    if (options.signal.aborted) throw new LetGo();
    event('connecting');
    deadline.start(options.connectMs);
    return await attend(attempt, {
      stop: stop.signal,
      deadline,
      launch() {
        left = true;
        deadline.start(options.runMs);
        event('launched');
      },
    });
  } catch (error) {
    if (error instanceof LetGo) return notLaunched(attempt, 'not-attempted', error.reason);
    if (error instanceof Unreached) return notLaunched(attempt, 'unreachable', error.reason);
    const reason = { code: 'internal', message: error instanceof Error ? error.message : String(error) };
    return notLaunched(attempt, left ? 'unknown' : 'unreachable', reason);
  } finally {
    deadline.stop();
    release();
    options.signal.removeEventListener('abort', letGo);
  }
}

class LetGo extends Unreached {
  constructor() {
    super({ code: 'let-go', message: 'let go before anything was sent' });
  }
}

const LET_GO: Lost = {
  state: 'unknown',
  reason: { code: 'let-go', message: 'let go while the command ran' },
};

function tooLong(runMs: number): Lost {
  return {
    state: 'timed-out',
    reason: { code: 'deadline', message: `did not end within ${formatDuration(runMs)}` },
  };
}
