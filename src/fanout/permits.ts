/** A target that waits for a silent peer, without a permit of its own. */
export interface Idle {
  /** Takes its permit again, before targets that have not begun; at once where it has it. */
  wake(): Promise<void>;
  /** Takes it at once: its holder is about to give it back. */
  end(): void;
}

/** Most idle targets beside the active ones, however much is spare: each holds a connection. */
const MOST_IDLE = 1000;

/**
 * A counting semaphore in order of asking: at most `size` permits are out. An idle target makes room for another one,
 * for at most as many as `spare` says.
 */
export class Permits {
  readonly #size: number;
  readonly #spare: () => number;
  #active = 0;
  #idle = 0;
  readonly #waking = new Set<() => void>();
  readonly #waiting: { n: number; go: () => void }[] = [];

  constructor(size: number, spare: () => number = () => 0) {
    this.#size = Math.max(1, size);
    this.#spare = () => Math.max(0, Math.min(spare(), MOST_IDLE));
  }

  /** Waits for `n` permits, or for all of them where `n` is more than there are. Returns how many it took. */
  async take(n: number): Promise<number> {
    const wanted = Math.min(n, this.#size);
    if (this.#waiting.length === 0 && this.#fits(wanted)) {
      this.#active += wanted;
      return wanted;
    }
    await new Promise<void>((go) => this.#waiting.push({ n: wanted, go }));
    return wanted;
  }

  give(n: number): void {
    this.#active -= n;
    this.#admit();
  }

  /** A holder of one permit only waits from now on. */
  idle(): Idle {
    this.#active--;
    return this.hold();
  }

  /** One more idle target, whether there is room or not: it was admitted before. */
  hold(): Idle {
    this.#idle++;
    this.#admit();
    let idle = true;
    const activate = () => {
      if (!idle) return;
      idle = false;
      this.#idle--;
      this.#active++;
    };
    let enter = activate;
    return {
      wake: () =>
        new Promise((resolve) => {
          // An order that is sent once more holds its permit already.
          if (!idle) return resolve();
          enter = () => {
            activate();
            resolve();
          };
          this.#waking.add(enter);
          this.#admit();
        }),
      end: () => {
        this.#waking.delete(enter);
        activate();
      },
    };
  }

  #fits(n: number): boolean {
    return this.#active + n + Math.max(0, this.#idle - this.#spare()) <= this.#size;
  }

  #admit(): void {
    for (const go of this.#waking) {
      if (this.#active >= this.#size) return;
      this.#waking.delete(go);
      go();
    }
    while (this.#waiting[0] && this.#fits(this.#waiting[0].n)) {
      const next = this.#waiting.shift()!;
      this.#active += next.n;
      next.go();
    }
  }
}
