import { type Capacity, COST, type RequestCost } from './capacity.ts';

/** `exempt` is what priority and fairness lets through: health checks and system:masters. */
export type RequestKind = 'readOnly' | 'mutating' | 'exempt';

interface Work {
  id: number;
  kind: RequestKind;
  unitsLeft: number;
  bytes: number;
  admittedAt: number;
}

export interface ServerLimits {
  requestTimeoutMs: number;
  warmUpMs: number;
  /** Work of so much time is the most between two looks: while the machine stands still, so does the server. */
  mostAtOnceMs?: number;
}

export interface Progress {
  done: number[];
  /** Not finished within the server's own limit: 504. */
  expired: number[];
}

const COLD_FACTOR = 2;
/** Above this share of its memory a server spends its time collecting garbage. */
const THRASH_FROM = 0.85;
const THRASH_FACTOR = 0.25;

/**
 * One API server as arithmetic: requests in flight share its processor, lists and watches eat its memory.
 * No clocks and no sockets; the caller says what time it is.
 */
export class ServerModel {
  readonly capacity: Capacity;
  readonly #limits: ServerLimits;
  readonly #startedAt: number;
  #now: number;
  #nextId = 1;
  #work: Work[] = [];
  /** Units already spent on turning requests away. */
  #debt = 0;
  #watchBytes = 0;
  /** Memory of finished lists that is not collected yet. */
  #garbage = 0;

  constructor(capacity: Capacity, now: number, limits: ServerLimits) {
    this.capacity = capacity;
    this.#limits = limits;
    this.#startedAt = now;
    this.#now = now;
  }

  warm(): boolean {
    return this.#now - this.#startedAt >= this.#limits.warmUpMs;
  }

  /** The request's number, or undefined where it is turned away with 429. */
  admit(kind: RequestKind, cost: RequestCost): number | undefined {
    const limit = kind === 'mutating' ? this.capacity.mutatingInflight : this.capacity.inflight;
    if (kind !== 'exempt' && this.inflight(kind) >= limit) {
      this.#debt += COST.rejectUnits;
      return undefined;
    }
    const unitsLeft = cost.units * (this.warm() ? 1 : COLD_FACTOR);
    const id = this.#nextId++;
    this.#work.push({ id, kind, unitsLeft, bytes: cost.bytes, admittedAt: this.#now });
    return id;
  }

  openWatch(bytes: number): () => void {
    this.#watchBytes += bytes;
    return () => {
      this.#watchBytes -= bytes;
    };
  }

  inflight(kind: RequestKind): number {
    return this.#work.filter((w) => w.kind === kind).length;
  }

  memoryBytes(): number {
    return COST.base + this.#watchBytes + this.#garbage + this.#work.reduce((sum, w) => sum + w.bytes, 0);
  }

  outOfMemory(): boolean {
    return this.memoryBytes() > this.capacity.memoryLimit;
  }

  /** Lets the time pass: everything in flight shares the processor alike. */
  advance(now: number): Progress {
    const ms = now - this.#now;
    this.#now = now;
    this.#garbage *= Math.exp(-ms / 500);
    this.#share(this.#budget(Math.min(ms, this.#limits.mostAtOnceMs ?? ms)));
    const done = this.#work.filter((w) => w.unitsLeft <= 1e-9);
    const expired = this.#work.filter(
      (w) => w.unitsLeft > 1e-9 && now - w.admittedAt >= this.#limits.requestTimeoutMs,
    );
    this.#garbage += done.reduce((sum, w) => sum + w.bytes / 4, 0);
    const gone = new Set([...done, ...expired]);
    if (gone.size > 0) this.#work = this.#work.filter((w) => !gone.has(w));
    return { done: done.map((w) => w.id), expired: expired.map((w) => w.id) };
  }

  #budget(ms: number): number {
    const thrash = this.memoryBytes() > this.capacity.memoryLimit * THRASH_FROM ? THRASH_FACTOR : 1;
    const all = (this.capacity.unitsPerSecond * thrash * ms) / 1000;
    // Turning away comes first, but never takes everything.
    const turned = Math.min(this.#debt, all * 0.8);
    this.#debt -= turned;
    return all - turned;
  }

  #share(budget: number): void {
    let left = budget;
    let open = this.#work.filter((w) => w.unitsLeft > 0);
    while (left > 1e-9 && open.length > 0) {
      const each = left / open.length;
      for (const w of open) {
        const used = Math.min(each, w.unitsLeft);
        w.unitsLeft -= used;
        left -= used;
      }
      open = open.filter((w) => w.unitsLeft > 1e-9);
    }
  }
}
