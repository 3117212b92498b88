/** Token buckets, one an operation, as the cloud keeps them for an account and a region. */
export class Buckets {
  readonly #rate: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(options: { perSecond: number; burst: number; now: () => number }) {
    this.#rate = options.perSecond;
    this.#burst = options.burst;
    this.#now = options.now;
  }

  /** False when the call must be throttled. */
  take(operation: string): boolean {
    const at = this.#now();
    const bucket = this.#buckets.get(operation) ?? { tokens: this.#burst, at };
    const tokens = Math.min(this.#burst, bucket.tokens + ((at - bucket.at) / 1000) * this.#rate);
    const taken = tokens >= 1;
    this.#buckets.set(operation, { tokens: taken ? tokens - 1 : tokens, at });
    return taken;
  }
}
