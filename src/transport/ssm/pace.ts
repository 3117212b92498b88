/** Hands out turns for calls to one account: a space between them that widens with every throttled call. */
export class Pace {
  readonly #now: () => number;
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly #least: number;
  #space: number;
  #next = 0;

  constructor(options: {
    spaceMs: number;
    now: () => number;
    sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  }) {
    this.#now = options.now;
    this.#sleep = options.sleep;
    this.#least = options.spaceMs;
    this.#space = options.spaceMs;
  }

  /** Whether calls are still further apart than they need be. */
  get slowed(): boolean {
    return this.#space > this.#least;
  }

  /** Waits for the next turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    const at = Math.max(this.#now(), this.#next);
    this.#next = at + this.#space;
    const wait = at - this.#now();
    if (wait > 0) await this.#sleep(wait, signal);
  }

  /** Everyone slows down together, and recovers call by call. */
  throttled(): void {
    this.#space = Math.min(2000, Math.max(100, this.#space * 2));
    this.#next = Math.max(this.#next, this.#now() + this.#space);
  }

  accepted(): void {
    this.#space = Math.max(this.#least, this.#space * 0.8);
  }
}
