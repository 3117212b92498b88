/**
 * The calls of SSM that are paced, the most urgent first: a list tells the ends of many commands, a keep has a timer
 * running against it, and the full output of a node can wait. AWS counts each operation by itself.
 */
const OPERATIONS = ['list', 'keep', 'read', 'send', 'output'] as const;
export type Operation = (typeof OPERATIONS)[number];

interface Waiting {
  operation: Operation;
  go(): void;
}

/** How fast one operation may be called. */
interface Rate {
  perSecond: number;
  /** Not before (ms). */
  next: number;
  /** When it was slowed down last (ms). */
  slowedAt: number;
}

export interface PaceOptions {
  /** Between two calls, whatever they are: AWS's limits are per account, and other tools live there too. */
  spaceMs: number;
  now: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** One call in ten seconds is slow; less is not a pace. */
const SLOWEST = 0.1;
/** Of the rate that was too fast. */
const CUT = 0.7;
/** Calls a second that are won back in a second without throttling. */
const GAIN = 0.25;

/**
 * Hands out turns for the calls to one account and region. Each operation has its own rate: it is cut once for each
 * burst of throttled calls, and grows slowly while calls are accepted, so that it settles at what the account is given.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #most: number;
  readonly #rates = new Map<Operation, Rate>();
  readonly #waiting = new Set<Waiting>();
  #next = 0;
  #running = false;
  #wake = new AbortController();

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#most = 1000 / options.spaceMs;
  }

  /** Whether an operation is called less often than it could be. */
  slowed(operation: Operation): boolean {
    return this.#rate(operation).perSecond < this.#most;
  }

  /** Waits for the next turn of an operation; resolves early where the signal is aborted. */
  async turn(operation: Operation, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const waiting = { operation, go };
      const waits = this.#waiting;
      function go() {
        waits.delete(waiting);
        signal?.removeEventListener('abort', go);
        resolve();
      }
      signal?.addEventListener('abort', go, { once: true });
      waits.add(waiting);
      this.#wake.abort();
      if (!this.#running) void this.#pump();
    });
  }

  /** A call that began at `since` was throttled. Others that were under way with it do not slow it down once more. */
  throttled(operation: Operation, since: number): void {
    const rate = this.#rate(operation);
    const now = this.#options.now();
    if (since >= rate.slowedAt) {
      rate.perSecond = Math.max(SLOWEST, rate.perSecond * CUT);
      rate.slowedAt = now;
    }
    rate.next = Math.max(rate.next, now + 1000 / rate.perSecond);
  }

  accepted(operation: Operation): void {
    const rate = this.#rate(operation);
    rate.perSecond = Math.min(this.#most, rate.perSecond + GAIN / rate.perSecond);
  }

  #rate(operation: Operation): Rate {
    const known = this.#rates.get(nameOf(operation));
    if (known) return known;
    const rate = { perSecond: this.#most, next: 0, slowedAt: Number.NEGATIVE_INFINITY };
    this.#rates.set(nameOf(operation), rate);
    return rate;
  }

  async #pump(): Promise<void> {
    this.#running = true;
    const { now, sleep, spaceMs } = this.#options;
    while (this.#waiting.size > 0) {
      // Those that ask at the same time are all here before the first one goes.
      await Promise.resolve();
      const at = now();
      const first = at < this.#next ? undefined : this.#mostUrgent(at);
      if (first) {
        const rate = this.#rate(first.operation);
        rate.next = at + 1000 / rate.perSecond;
        this.#next = at + spaceMs;
        first.go();
        continue;
      }
      this.#wake = new AbortController();
      const soonest = Math.min(...[...this.#waiting].map(({ operation }) => this.#rate(operation).next));
      await sleep(Math.max(1, Math.max(soonest, this.#next) - at), this.#wake.signal);
    }
    this.#running = false;
  }

  #mostUrgent(at: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (this.#rate(waiting.operation).next > at) continue;
      if (!first || urgencyOf(waiting) < urgencyOf(first)) first = waiting;
    }
    return first;
  }
}

const urgencyOf = ({ operation }: Waiting) => OPERATIONS.indexOf(operation);

/** A keep is a SendCommand like any other. */
const nameOf = (operation: Operation): Operation => (operation === 'keep' ? 'send' : operation);
