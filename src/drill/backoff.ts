import { CLOCKS } from './time-scale.ts';

export interface BackoffClocks {
  first: number;
  most: number;
  /** A run of this length resets it. */
  reset: number;
  /** How often the kubelet looks whether the wait is over. */
  look: number;
}

/** The kubelet's crash loop: the first restart is immediate, then the wait doubles; a long run resets it. */
export class Backoff {
  readonly #clocks: BackoffClocks;
  #next = 0;

  constructor(clocks: BackoffClocks) {
    this.#clocks = clocks;
  }

  /** Milliseconds until what ran for `ranMs` starts again. */
  after(ranMs: number): number {
    const { first, most, reset, look } = this.#clocks;
    if (ranMs >= reset) this.#next = 0;
    const wait = this.#next;
    this.#next = Math.min(wait === 0 ? first : wait * 2, most);
    return Math.ceil(wait / look) * look;
  }

  forget(): void {
    this.#next = 0;
  }
}

/** The back-off of every container of the lab. */
export const CRASH_LOOP: BackoffClocks = {
  first: CLOCKS.backoffFirst,
  most: CLOCKS.backoffMost,
  reset: CLOCKS.backoffReset,
  look: CLOCKS.backoffLook,
};
