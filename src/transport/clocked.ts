import { setMaxListeners } from 'node:events';
import type { Target } from '../kit/types.ts';
import { notBegun, STOPPED_WAITING, StoppedWaiting, tooLong } from './clock-reasons.ts';
import { createDeadline } from './deadline.ts';
import type { Attempt } from './ending.ts';
import { notLaunched } from './ending.ts';
import type { LagMeter } from './lag.ts';
import type { NodeScript, Outcome, OutcomeReason, TransportOptions } from './types.ts';
import { Unreached } from './unreached.ts';

/** One target's clocks, the same for every transport that reaches targets one by one. */
export interface Clock {
  /** Before the launch its reason is an `Unreached`, afterwards the `lost` part of an ending. */
  stop: AbortSignal;
  /** Stands still while a target waits for Fireaxe itself, until the returned function is called. */
  pause(): () => void;
  /** The peer answered: it is not silent. */
  heard(): void;
  /** The far end refused for want of room, and is asked again. */
  crowded(): void;
  /** One more phase of the login begins, with its own time. */
  login(): void;
  /** Awaited before anything leaves. Rejects when nothing may leave any more. */
  turn(): Promise<void>;
  /** How long a secret waits for the script's first word: one that arrived incomplete waits for more input. */
  secretMs: number;
  /** The command leaves now; until `begun` the time is that of the login. */
  leave(): void;
  /** The script runs: its own clock starts. Counts as `leave`, too. */
  begun(): void;
}

/** A peer that is silent for this long makes room for another target. */
const SILENT_MS = 200;
/** How long the operator's deadline is exceeded to hear the script's own result line. */
const RESULT_LINE_MS = 800;

/** Share of the time to begin, so that a script that waits for more input in vain can still say so. */
const SECRET_SHARE = 0.8;

/** Attends one target under its clocks and turns every failure before the launch into an outcome. */
export async function clocked(
  meter: LagMeter,
  asked: { target: Target; via: 'ssh' | 'openssh' | 'local'; script: NodeScript; options: TransportOptions },
  /** Why the target counts as unreachable when its time to connect or to log in has passed. */
  late: (ms: number) => Unreached,
  attend: (attempt: Attempt, clock: Clock) => Promise<Outcome>,
): Promise<Outcome> {
  const { target, via, script, options } = asked;
  const { connectMs, loginMs = connectMs, runMs, wholeMs } = options;
  const attempt: Attempt = { target, via, script, startedAt: new Date() };
  type Event = Parameters<NonNullable<TransportOptions['onEvent']>>[0];
  const event = (phase: Event['phase']) => options.onEvent?.({ target: target.name, phase, via });
  const release = meter.use();
  const stop = new AbortController();
  let left = false;
  let running = false;
  let silent = false;
  let allowedMs = connectMs;
  const passed = (ms: number) => stop.abort(running ? tooLong(ms) : left ? notBegun(ms) : late(ms));
  const deadline = createDeadline(meter, () => passed(allowedMs));
  const silence = createDeadline(meter, () => {
    silent = true;
    event('waiting');
  });
  const allow = (ms: number) => {
    allowedMs = ms;
    deadline.start(ms);
  };
  const heard = () => {
    if (!silent) silence.start(SILENT_MS);
  };
  // The operator's deadline is a point in time: nothing makes it later, not even this process's lag.
  let whole: NodeJS.Timeout | undefined;
  const end = (ms: number) => {
    if (!left || ms === 0) passed(wholeMs!);
    else whole = setTimeout(end, ms, 0);
  };
  const pause = () => {
    const resume = [deadline.pause(), ...(silent ? [] : [silence.pause()])];
    return () => {
      for (const go of resume) go();
    };
  };
  const stopWaiting = () => stop.abort(left ? STOPPED_WAITING : new StoppedWaiting());
  // One listener a target on the run's signal is meant.
  setMaxListeners(0, options.signal, stop.signal);
  options.signal.addEventListener('abort', stopWaiting, { once: true });
  const leave = () => {
    if (left) return;
    left = true;
    silence.stop();
    event('launched');
  };
  try {
    if (options.signal.aborted) throw new StoppedWaiting();
    event('connecting');
    allow(connectMs);
    heard();
    if (wholeMs !== undefined) whole = setTimeout(end, wholeMs, RESULT_LINE_MS);
    return await attend(attempt, {
      stop: stop.signal,
      secretMs: loginMs * SECRET_SHARE,
      pause,
      heard,
      crowded: () => event('crowded'),
      login() {
        heard();
        allow(loginMs);
      },
      async turn() {
        silence.stop();
        const resume = deadline.pause();
        if (!((await options.turn?.(target.name)) ?? true)) throw new StoppedWaiting();
        stop.signal.throwIfAborted();
        resume();
      },
      leave() {
        leave();
        allow(loginMs);
      },
      begun() {
        leave();
        if (running) return;
        running = true;
        allow(runMs);
      },
    });
  } catch (error) {
    if (error instanceof StoppedWaiting) return notLaunched(attempt, 'not-attempted', error.reason);
    if (error instanceof Unreached) return notLaunched(attempt, 'unreachable', error.reason);
    const reason: OutcomeReason = {
      code: 'internal',
      message: error instanceof Error ? error.message : String(error),
    };
    return notLaunched(attempt, left ? 'unknown' : 'unreachable', reason);
  } finally {
    deadline.stop();
    silence.stop();
    clearTimeout(whole);
    release();
    options.signal.removeEventListener('abort', stopWaiting);
  }
}
