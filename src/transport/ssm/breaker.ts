import { formatDuration } from '../../base/duration.ts';

/** Calls in a row without any answer after which a region counts as dead. */
const MOST = 3;
/** After this long one call tries whether it answers again. */
const OPEN_MS = 30_000;

/** A service may still answer readings while sending hangs. */
export type CallKind = 'send' | 'read';

/** Finds out once that a region does not answer: later commands need not wait for it, each by itself. */
export class Breaker {
  readonly #now: () => number;
  /** In a row: sends, and calls of any kind. */
  #sends = 0;
  #calls = 0;
  #closedAgain = 0;
  #trying: AbortController | undefined;
  /** When a call broke last. */
  #brokeAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the region counts as dead; asking changes nothing. */
  get open(): boolean {
    return this.#row >= MOST;
  }

  /** Why nothing may be sent now; undefined where something may. */
  why(): string | undefined {
    if (!this.open) return undefined;
    const left = this.#closedAgain - this.#now();
    if (left > 0)
      return `${this.#row} calls in a row had no answer; tried again in ${formatDuration(Math.ceil(left / 1000) * 1000)}`;
    // The one that asks tries it; the others wait for what it finds.
    this.#closedAgain = this.#now() + OPEN_MS;
    this.#trying = new AbortController();
    return undefined;
  }

  /** While one call tries whether the region answers again: aborted once that is known. */
  get trying(): AbortSignal | undefined {
    return this.#trying?.signal;
  }

  /** Until the next call may try it. */
  get openMs(): number {
    return Math.max(0, this.#closedAgain - this.#now());
  }

  answered(kind: CallKind): void {
    this.#calls = 0;
    if (kind === 'send') this.#sends = 0;
    if (!this.open) this.#tried();
  }

  /** A call that began at `since` had no answer. Others that were under way when one broke say nothing new. */
  unanswered(since: number, kind: CallKind): void {
    if (since < this.#brokeAt) return;
    this.#brokeAt = this.#now();
    this.#calls++;
    if (kind === 'send') this.#sends++;
    this.#closedAgain = this.#now() + OPEN_MS;
    this.#tried();
  }

  get #row(): number {
    return Math.max(this.#sends, this.#calls);
  }

  #tried(): void {
    this.#trying?.abort();
    this.#trying = undefined;
  }
}
