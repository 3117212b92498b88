import { labMs } from '../time-scale.ts';

/** Requests a second of a real cluster that are served, and how many more after a pause. */
export interface RegistryLimit {
  perSecond: number;
  burst: number;
}

/** The simulated registry of a lab: no image, only its limit. What comes above that is answered 429. */
export class SimulatedRegistry {
  readonly limit: RegistryLimit;
  #left: number;
  #at = 0;
  #throttled = 0;

  constructor(limit: RegistryLimit) {
    this.limit = limit;
    this.#left = limit.burst;
  }

  /** Whether it serves one request now, in milliseconds of the lab. */
  serves(now: number): boolean {
    const { perSecond, burst } = this.limit;
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / labMs(1));
    this.#at = now;
    if (this.#left < 1) {
      this.#throttled++;
      return false;
    }
    this.#left--;
    return true;
  }

  /** Requests that it answered 429: each failed a pull. */
  throttled(): number {
    return this.#throttled;
  }
}
