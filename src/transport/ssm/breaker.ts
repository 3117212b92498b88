import { formatDuration } from '../../base/duration.ts';

/** Calls in a row without any answer after which a region counts as dead. */
const MOST = 3;
/** After this long one call tries whether it answers again. */
const OPEN_MS = 30_000;

/** Finds out once that a region does not answer: later commands need not wait for it, each by itself. */
export class Breaker {
  readonly #now: () => number;
  #unanswered = 0;
  #closedAgain = 0;
  /** When a call broke last. */
  #brokeAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Why nothing may be sent now; undefined where something may. */
  why(): string | undefined {
    if (this.#unanswered < MOST) return undefined;
    const left = this.#closedAgain - this.#now();
    if (left > 0)
      return `${this.#unanswered} calls in a row had no answer; tried again in ${formatDuration(Math.ceil(left / 1000) * 1000)}`;
    // The one that asks tries it; the others wait for what it finds.
    this.#closedAgain = this.#now() + OPEN_MS;
    return undefined;
  }

  answered(): void {
    this.#unanswered = 0;
  }

  /** A call that began at `since` had no answer. Others that were under way when one broke say nothing new. */
  unanswered(since: number): void {
    if (since < this.#brokeAt) return;
    this.#brokeAt = this.#now();
    this.#unanswered++;
    this.#closedAgain = this.#now() + OPEN_MS;
  }
}
