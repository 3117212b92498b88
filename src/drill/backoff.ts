/** The kubelet's crash loop: the first restart is immediate, then the wait doubles; a long run resets it. */
export class Backoff {
  readonly #clocks: { first: number; most: number; reset: number };
  #next = 0;

  constructor(clocks: { first: number; most: number; reset: number }) {
    this.#clocks = clocks;
  }

  /** Milliseconds to wait before starting again what ran for `ranMs`. */
  after(ranMs: number): number {
    if (ranMs >= this.#clocks.reset) this.#next = 0;
    const wait = this.#next;
    this.#next = Math.min(wait === 0 ? this.#clocks.first : wait * 2, this.#clocks.most);
    return wait;
  }

  forget(): void {
    this.#next = 0;
  }
}
