/** Turns that are due by the clock: on a busy machine timers come late, and the load must not become less by that. */
export class Turns {
  readonly #everyMs: number;
  #next: number;

  constructor(everyMs: number, first: number) {
    this.#everyMs = everyMs;
    this.#next = first;
  }

  /** How many have become due since it was last asked. */
  due(now: number): number {
    const due = Math.max(0, Math.floor((now - this.#next) / this.#everyMs) + 1);
    this.#next += due * this.#everyMs;
    return due;
  }
}
