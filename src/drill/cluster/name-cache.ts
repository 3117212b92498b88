import type { Random } from '../random.ts';

/**
 * The resolved names that one node remembers. While the API is down no name is looked up again, so the services of
 * that node fail one after the other as their names expire. In the incident this hid the cause at first.
 */
export class NameCache {
  readonly #ttlMs: number;
  #expiries: number[];

  /** Each name was looked up some time within the last `ttlMs`. */
  constructor(names: number, ttlMs: number, now: number, random: Pick<Random, 'next'>) {
    this.#ttlMs = ttlMs;
    this.#expiries = Array.from({ length: names }, () => now + random.next() * ttlMs);
  }

  /** Another one that remembers the same now. */
  copy(): NameCache {
    const copy = new NameCache(0, this.#ttlMs, 0, { next: () => 0 });
    copy.#expiries = this.#expiries;
    return copy;
  }

  /** Share of names that do not resolve. */
  failing(now: number): number {
    return this.#expiries.filter((at) => at <= now).length / this.#expiries.length;
  }

  /** After a successful lookup: renews the names that have expired or soon would. */
  refresh(now: number): void {
    this.#expiries = this.#expiries.map((at) => (at - now < this.#ttlMs / 10 ? now + this.#ttlMs : at));
  }

  due(now: number): boolean {
    return this.#expiries.some((at) => at - now < this.#ttlMs / 10);
  }
}
