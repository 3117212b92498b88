/** A counting semaphore in order of asking: at most `size` permits are out. */
export class Permits {
  readonly #size: number;
  #free: number;
  readonly #waiting: { n: number; go: () => void }[] = [];

  constructor(size: number) {
    this.#size = Math.max(1, size);
    this.#free = this.#size;
  }

  /** Waits for `n` permits, or for all of them when `n` is more than there are. Returns how many it took. */
  async take(n: number): Promise<number> {
    const wanted = Math.min(n, this.#size);
    if (this.#waiting.length === 0 && this.#free >= wanted) {
      this.#free -= wanted;
      return wanted;
    }
    await new Promise<void>((go) => this.#waiting.push({ n: wanted, go }));
    return wanted;
  }

  give(n: number): void {
    this.#free += n;
    while (this.#waiting[0] && this.#waiting[0].n <= this.#free) {
      const next = this.#waiting.shift()!;
      this.#free -= next.n;
      next.go();
    }
  }
}
