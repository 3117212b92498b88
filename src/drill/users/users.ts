import { type Division, followed, type Shares, sharesOf } from './follow.ts';

export interface UsersOptions {
  /** Requests of all users together. */
  perSecond: number;
  /** How long their resolvers keep an answer. */
  ttlMs: number;
  /** The weight of each cluster where users are divided, as it is now. */
  weights(): Record<string, number>;
  now?: () => number;
}

/** The users of a lab, who go to its clusters as the weights in its cloud lead them. */
export class Users {
  readonly #options: Required<UsersOptions>;
  readonly #former: Record<string, number>;
  #divisions: Division[];

  constructor(options: UsersOptions) {
    this.#options = { now: () => performance.now(), ...options };
    this.#former = options.weights();
    this.#divisions = [{ since: Number.NEGATIVE_INFINITY, shares: sharesOf(this.#former) }];
  }

  /** The weights were changed. */
  changed(): void {
    const { now, ttlMs, weights } = this.#options;
    const from = now() - ttlMs;
    // The last division that began before the TTL is still in use.
    const first = Math.max(
      0,
      this.#divisions.findLastIndex(({ since }) => since <= from),
    );
    this.#divisions = [...this.#divisions.slice(first), { since: now(), shares: sharesOf(weights()) }];
  }

  /** The share of each cluster now, as users follow the weights. */
  shares(): Shares {
    const { now, ttlMs } = this.#options;
    return followed(this.#divisions, now(), ttlMs);
  }

  /** Requests a second that a cluster gets now, and got at the beginning. */
  rate(cluster: string): number {
    return this.#options.perSecond * (this.shares()[cluster] ?? 0);
  }

  formerRate(cluster: string): number {
    return this.#options.perSecond * (sharesOf(this.#former)[cluster] ?? 0);
  }

  weights(): { former: Record<string, number>; now: Record<string, number> } {
    return { former: this.#former, now: this.#options.weights() };
  }
}
