/** The cores of the operator's machine. Each thread does its work in order, and takes a core that is free. */
export class Cpu {
  readonly #cores: number[];
  readonly #threads: number[];
  readonly #now: () => number;
  #engine = 0;

  constructor(cores: number, threads: number, now: () => number) {
    this.#cores = Array<number>(cores).fill(0);
    this.#threads = Array<number>(threads).fill(0);
    this.#now = now;
  }

  /** When work of that many milliseconds in the engine's own thread is done, if it is given now. */
  engine(ms: number): number {
    this.#engine = this.#take(this.#engine, ms);
    return this.#engine;
  }

  /** The same in the thread for SSH that is free first. */
  ssh(ms: number): number {
    const thread = least(this.#threads);
    this.#threads[thread] = this.#take(this.#threads[thread]!, ms);
    return this.#threads[thread]!;
  }

  /** How late the busiest event loop is. */
  lagMs(): number {
    return Math.max(0, Math.max(this.#engine, ...this.#threads) - this.#now());
  }

  #take(thread: number, ms: number): number {
    const core = least(this.#cores);
    const end = Math.max(this.#now(), thread, this.#cores[core]!) + ms;
    this.#cores[core] = end;
    return end;
  }
}

function least(times: number[]): number {
  let found = 0;
  for (let i = 1; i < times.length; i++) if (times[i]! < times[found]!) found = i;
  return found;
}
