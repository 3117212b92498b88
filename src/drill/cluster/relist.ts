import type { Random } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';

/** How long client-go waits until it lists and watches again: doubling, with up to as much again at random. */
export class Relist {
  readonly #random: Random;
  #next: number = CLOCKS.relistFirst;
  #lastAt = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds to wait after a list or watch that ended at `now`. */
  after(now: number): number {
    if (now - this.#lastAt > CLOCKS.relistReset) this.#next = CLOCKS.relistFirst;
    this.#lastAt = now;
    const wait = this.#next;
    this.#next = Math.min(wait * 2, CLOCKS.relistMost);
    return wait * (1 + this.#random.next());
  }
}
