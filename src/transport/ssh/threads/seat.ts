import { setMaxListeners } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { OnTrace } from '../../../base/trace.ts';
import type { Target } from '../../../kit/types.ts';
import { makeOutcome } from '../../outcome.ts';
import type { NodeScript, Outcome, TransportOptions } from '../../types.ts';
import type { FromThread, Job, ToThread } from './messages.ts';

/** A text that is older than this when its turn comes is sent to the thread anew. */
const OLD_MS = 30_000;
/** How long a thread's word about its lag counts. */
const LAG_COUNTS_MS = 500;

interface Open {
  target: Target;
  script: NodeScript;
  options: TransportOptions;
  startedAt: Date;
  composedAt: number;
  /** It had its turn: its text may have left. */
  mayHaveLeft: boolean;
  /** Undefined: the thread ended, and nothing of it has left. */
  end(outcome: Outcome | undefined): void;
}

/** One thread and the targets that it serves. */
export class Seat {
  readonly #worker: Worker;
  readonly #onTrace: OnTrace | undefined;
  readonly #open = new Map<number, Open>();
  #next = 0;
  #lag = { ms: 0, at: 0 };
  /** It has loaded, and has not ended. */
  ready = false;
  dead = false;

  constructor(worker: Worker, onTrace: OnTrace | undefined) {
    this.#worker = worker;
    this.#onTrace = onTrace;
    worker.on('message', (message: FromThread) => this.#hear(message));
    worker.on('error', (error) => this.#die(error.message));
    worker.on('messageerror', (error) => this.#die(error.message));
    worker.on('exit', () => this.#die('it exited'));
    // What keeps the process alive are the targets that it serves.
    worker.unref();
  }

  get load(): number {
    return this.#open.size;
  }

  get lagMs(): number {
    return performance.now() - this.#lag.at < LAG_COUNTS_MS ? this.#lag.ms : 0;
  }

  /** The target's outcome; undefined where the thread ended and certainly nothing has left. */
  run(target: Target, script: NodeScript, options: TransportOptions): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const id = this.#next++;
      const onStop = () => this.#tell({ kind: 'stop-waiting', id });
      const end = (outcome: Outcome | undefined) => {
        this.#open.delete(id);
        options.signal.removeEventListener('abort', onStop);
        if (this.#open.size === 0) this.#worker.unref();
        resolve(outcome);
      };
      const times = { startedAt: new Date(), composedAt: performance.now() };
      this.#open.set(id, { target, script, options, ...times, mayHaveLeft: false, end });
      this.#worker.ref();
      this.#tell({ kind: 'run', id, job: jobOf(target, script, options) });
      // One listener a target on the run's signal is meant.
      setMaxListeners(0, options.signal);
      options.signal.addEventListener('abort', onStop, { once: true });
      if (options.signal.aborted) onStop();
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(message: ToThread): void {
    if (!this.dead) this.#worker.postMessage(message);
  }

  #hear(message: FromThread): void {
    if (message.kind === 'ready') {
      this.ready = !this.dead;
      return;
    }
    if (message.kind === 'trace') {
      this.#onTrace?.(message.trace);
      return;
    }
    this.#lag = { ms: message.lagMs, at: performance.now() };
    const one = this.#open.get(message.id);
    if (!one) return;
    if (message.kind === 'outcome') one.end(message.outcome);
    else if (message.kind === 'turn') void this.#turn(message.id, one);
    else one.options.onEvent?.({ target: one.target.name, phase: message.phase, via: 'ssh' });
  }

  async #turn(id: number, one: Open): Promise<void> {
    const { target, script, options } = one;
    let go = false;
    try {
      go = (await options.turn?.(target.name)) ?? true;
    } catch {
      // Without a turn nothing leaves.
    }
    // Ended in the meantime: nobody may send it any more.
    if (!this.#open.has(id) || this.dead) return;
    if (go) one.mayHaveLeft = true;
    const old = go && performance.now() - one.composedAt > OLD_MS;
    if (old) one.composedAt = performance.now();
    this.#tell({ kind: 'turn', id, go, ...(old && { text: script.textFor(target, 'ssh') }) });
  }

  #die(why: string): void {
    if (this.dead) return;
    this.dead = true;
    this.ready = false;
    for (const one of [...this.#open.values()]) one.end(one.mayHaveLeft ? lostWith(one, why) : undefined);
  }
}

function jobOf(target: Target, script: NodeScript, options: TransportOptions): Job {
  const { nonce, protocol, maxOutput, label, secret } = script;
  const { connectMs, loginMs, runMs, wholeMs } = options;
  return {
    target,
    text: script.textFor(target, 'ssh'),
    script: { nonce, protocol, maxOutput, label, ...(secret && { secret }) },
    times: {
      connectMs,
      runMs,
      ...(loginMs !== undefined && { loginMs }),
      ...(wholeMs !== undefined && { wholeMs }),
    },
  };
}

function lostWith({ target, startedAt }: Open, why: string): Outcome {
  const reason = { code: 'connection-lost', message: `the thread that served it ended: ${why}` } as const;
  return makeOutcome({ target: target.name, via: 'ssh', startedAt }, 'unknown', { reason });
}
