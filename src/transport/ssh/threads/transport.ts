import type { Worker } from 'node:worker_threads';
import type { OnTrace } from '../../../base/trace.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../../types.ts';
import { Seat } from './seat.ts';

export interface Threads {
  /** Starts one more thread. */
  start(): Worker;
  /** Threads at most, of all transports of this process together; each may have one. */
  most: number;
  /** How many there are. */
  count?: ThreadCount | undefined;
  /** Targets that are worth a thread: it takes as long to start as the logins of many. */
  targetsEach?: number;
  onTrace?: OnTrace | undefined;
}

/** Shared by the transports of one process: clusters that run side by side share its cores. */
export interface ThreadCount {
  running: number;
}

/** A thread costs half a second of CPU to start and to warm up: with fewer targets one thread has served them by then. */
const TARGETS_EACH = 1500;

/**
 * The same transport, with its targets shared out among threads where there are many of them. Until the first thread is
 * ready, and where none is left, they are served in this one. A thread that ends takes nothing with it: what had its turn
 * is `unknown`, and the rest is served elsewhere.
 */
export function withThreads(here: Transport, threads: Threads): Transport {
  const seats: Seat[] = [];
  const { targetsEach = TARGETS_EACH, count = { running: 0 }, onTrace } = threads;
  let expected = 0;
  let { most } = threads;

  function expect(more: number): void {
    expected += more;
    const wanted = Math.min(most, Math.floor(expected / targetsEach));
    while (seats.length < wanted && (seats.length === 0 || count.running < threads.most)) {
      let worker: Worker;
      try {
        worker = threads.start();
      } catch {
        // A limit of processes or memory: those that run serve all.
        most = seats.length;
        return;
      }
      count.running++;
      worker.once('exit', () => count.running--);
      seats.push(new Seat(worker, onTrace));
    }
  }

  /** The one with the fewest targets. */
  function free(): Seat | undefined {
    let best: Seat | undefined;
    for (const seat of seats) if (seat.ready && (!best || seat.load < best.load)) best = seat;
    return best;
  }

  async function* run(
    batch: Parameters<Transport['run']>[0],
    script: NodeScript,
    options: TransportOptions,
  ): AsyncGenerator<Outcome> {
    const [target] = batch;
    const began = performance.now();
    for (let seat = free(); target && batch.length === 1 && seat; seat = free()) {
      const left = options.wholeMs === undefined ? {} : { wholeMs: whatIsLeft(options.wholeMs, began) };
      const outcome = await seat.run(target, script, { ...options, ...left });
      if (outcome) return yield outcome;
    }
    yield* here.run(batch, script, options);
  }

  return {
    ...here,
    batches(targets, script, most) {
      expect(targets.length);
      return here.batches(targets, script, most);
    },
    run,
    lagMs: () => Math.max(here.lagMs?.() ?? 0, ...seats.map((seat) => seat.lagMs)),
    async close() {
      await Promise.all([here.close(), ...seats.splice(0).map((seat) => seat.close())]);
    },
  };
}

const whatIsLeft = (ms: number, began: number) => Math.max(1, ms - (performance.now() - began));
