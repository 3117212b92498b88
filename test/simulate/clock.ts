import { createHook } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

const real = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  Date,
  now: performance.now.bind(performance),
  timeout: AbortSignal.timeout,
  sleep: timersPromises.setTimeout,
};

/** Milliseconds of the real clock. */
export const realNow = real.now;

interface Timer {
  at: number;
  call: () => void;
  every: number | undefined;
}

/**
 * A clock for the whole process whose time passes only while nothing else can happen: no callback is left to run, and no
 * file is being read or written. Timers fire in steps of `stepMs`, those of one step in the order in which they were set.
 */
export class VirtualClock {
  readonly #stepMs: number;
  readonly #steps = new Map<number, Set<Timer>>();
  /** A binary heap of the keys of `#steps`. */
  readonly #heap: number[] = [];
  #now = 0;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** Milliseconds since it began. */
  now = (): number => this.#now;

  at(ms: number, call: () => void): Timer {
    return this.#add({ at: ms, call, every: undefined });
  }

  sleepUntil(ms: number): Promise<void> {
    return new Promise((resolve) => void this.at(ms, resolve));
  }

  /** Runs the work to its end with this clock in the place of the real one. Throws where it waits for nothing. */
  async run<T>(startMs: number, work: () => Promise<T>): Promise<T> {
    const files = new FilesInUse();
    const restore = this.#install(startMs);
    try {
      let over = false;
      const result = work().finally(() => {
        over = true;
      });
      result.catch(() => {});
      for (;;) {
        await settled(files);
        if (over) return await result;
        if (!this.#advance()) throw new Error('the simulation waits for something that never happens');
      }
    } finally {
      restore();
      files.end();
    }
  }

  #add(timer: Timer): Timer {
    const step = Math.max(Math.ceil(timer.at / this.#stepMs), Math.floor(this.#now / this.#stepMs) + 1);
    timer.at = step;
    const known = this.#steps.get(step);
    if (known) known.add(timer);
    else {
      this.#steps.set(step, new Set([timer]));
      push(this.#heap, step);
    }
    return timer;
  }

  #cancel(timer: Timer): void {
    timer.every = undefined;
    this.#steps.get(timer.at)?.delete(timer);
  }

  #advance(): boolean {
    for (;;) {
      const step = pop(this.#heap);
      if (step === undefined) return false;
      const timers = this.#steps.get(step)!;
      this.#steps.delete(step);
      if (timers.size === 0) continue;
      this.#now = step * this.#stepMs;
      for (const timer of timers) {
        timer.call();
        if (timer.every !== undefined) this.#add({ ...timer, at: this.#now + timer.every });
      }
      return true;
    }
  }

  #install(startMs: number): () => void {
    const { now } = this;
    const set = (call: (...args: unknown[]) => void, ms = 0, repeat: boolean, args: unknown[]) => {
      const wait = Math.max(1, ms);
      let timer = this.#add({ at: now() + wait, call: () => fire(), every: undefined });
      const fire = () => {
        if (repeat) timer = this.#add({ at: now() + wait, call: fire, every: undefined });
        call(...args);
      };
      const handle = {
        ref: () => handle,
        unref: () => handle,
        hasRef: () => true,
        close: () => this.#cancel(timer),
        refresh: () => {
          this.#cancel(timer);
          timer = this.#add({ at: now() + wait, call: fire, every: undefined });
          return handle;
        },
      };
      return handle;
    };
    const clear = (handle?: { close?: () => void }) => handle?.close?.();
    const later = (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const give = () => {
          clear(handle);
          reject(signal!.reason);
        };
        const handle = set(
          () => {
            signal?.removeEventListener('abort', give);
            resolve();
          },
          ms,
          false,
          [],
        );
        if (signal?.aborted) give();
        else signal?.addEventListener('abort', give, { once: true });
      });
    class VirtualDate extends real.Date {
      constructor(...args: unknown[]) {
        super(...((args.length > 0 ? args : [startMs + now()]) as [number]));
      }
      static override now = () => startMs + now();
    }
    const globals = globalThis as unknown as Record<string, unknown>;
    globals.setTimeout = (call: () => void, ms?: number, ...args: unknown[]) => set(call, ms, false, args);
    globals.setInterval = (call: () => void, ms?: number, ...args: unknown[]) => set(call, ms, true, args);
    globals.clearTimeout = globals.clearInterval = clear;
    globals.Date = VirtualDate;
    performance.now = now;
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      set(() => controller.abort(new DOMException('timed out', 'TimeoutError')), ms, false, []);
      return controller.signal;
    };
    timersPromises.setTimeout = (async (
      ms = 0,
      value: unknown,
      { signal }: { signal?: AbortSignal } = {},
    ) => {
      await later(ms, signal);
      return value;
    }) as typeof timersPromises.setTimeout;
    syncBuiltinESMExports();
    return () => {
      Object.assign(globalThis, {
        setTimeout: real.setTimeout,
        clearTimeout: real.clearTimeout,
        setInterval: real.setInterval,
        clearInterval: real.clearInterval,
        Date: real.Date,
      });
      performance.now = real.now;
      AbortSignal.timeout = real.timeout;
      timersPromises.setTimeout = real.sleep;
      syncBuiltinESMExports();
    };
  }
}

/**
 * Counts the file operations under way. `process.getActiveResourcesInfo()` would do, but new Nodes leave out those of
 * `fs.promises`.
 */
class FilesInUse {
  readonly #running = new Set<number>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (/^FSREQ|CLOSEREQ$/.test(type)) this.#running.add(id);
    },
    after: (id) => void this.#running.delete(id),
    // A Node that does not know it tracks promises as well: about a tenth more CPU.
    ...{ trackPromises: false },
  }).enable();

  get any(): boolean {
    return this.#running.size > 0;
  }

  end(): void {
    this.#hook.disable();
  }
}

/** Looks for a file operation that ends soon, before the thread sleeps. */
const LOOKS = 20;

/** Resolves once only timers are left. */
async function settled(files: FilesInUse): Promise<void> {
  const turn = () => new Promise((resolve) => void real.setImmediate(resolve));
  for (;;) {
    for (let i = 0; i < 3; i++) await turn();
    if (!files.any) return;
    for (let i = 0; i < LOOKS && files.any; i++) await turn();
    if (files.any) await new Promise((resolve) => void real.setTimeout(resolve, 1));
  }
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function pop(heap: number[]): number | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
