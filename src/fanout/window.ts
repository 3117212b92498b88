/** How many targets may be in flight at a time. */
export interface Bounds {
  start: number;
  least: number;
  most: number;
}

/** Each host has an sshd of its own: where round trips are long, a small start costs a second more for each doubling. */
export const DIRECT: Bounds = { start: 256, least: 8, most: 1000 };
/** One sshd carries them all. */
export const BY_BASTION: Bounds = { ...DIRECT, start: 64 };

/** A round is over when so many of its targets, and this share of them, had their turn. */
const ROUND = { fewest: 16, share: 0.5 };
/** While the window doubles, its targets may take so many times as long as in the round before: it paid at least a third. */
const PAYS = 1.5;
/** Afterwards it grows while they take about as long as when it settled, and shrinks where they take much longer. */
const FLAT = 1.1;
const CROWDED = 1.5;
/** Less than this (ms) is never a sign of anything. */
const NOISE_MS = 20;
const GROW = { unhurt: 1.25, refused: 1.05 };
const CUT = { crowded: 0.8, refused: 0.7 };

/**
 * A window that adapts, round by round: it doubles while that pays, settles where it did last, and from then on grows only
 * while the time to a target's turn stays flat. A refusal for want of room cuts it. What targets of an earlier round tell is
 * not held against the present size. Pure: it has no clock and no timers.
 */
export class AdaptiveWindow {
  readonly #bounds: Bounds;
  #size: number;
  #round = 0;
  #doubling = true;
  #refused = false;
  /** The average time (ms) that the present one is compared with. */
  #usual: number | undefined;
  #sum = 0;
  #count = 0;
  #before: number;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#size = this.#before = bounds.start;
  }

  get size(): number {
    return Math.floor(this.#size);
  }

  /** To be remembered with each target that is admitted. */
  get round(): number {
    return this.#round;
  }

  /** The usual time (ms) to a target's turn; undefined while too little is known. */
  get usualMs(): number | undefined {
    return this.#usual;
  }

  /** A target of that round had its turn after this time; `mayGrow`: others wait for a place, and this process keeps up. */
  reached(ms: number, round: number, mayGrow: boolean): void {
    if (round !== this.#round) return;
    this.#sum += ms;
    this.#count++;
    if (this.#count < Math.max(ROUND.fewest, this.#size * ROUND.share)) return;
    const average = this.#sum / this.#count;
    const usual = this.#usual ?? average;
    const within = (times: number) => average <= usual * times + NOISE_MS;
    if (this.#doubling) {
      this.#usual = average;
      if (within(PAYS)) this.#next(mayGrow ? this.#size * 2 : this.#size);
      else {
        this.#doubling = false;
        this.#usual = undefined;
        this.#next(this.#before);
      }
      return;
    }
    this.#usual = usual;
    if (within(FLAT)) {
      const times = this.#refused ? GROW.refused : GROW.unhurt;
      this.#next(mayGrow ? Math.max(this.#size + 1, this.#size * times) : this.#size);
    } else if (within(CROWDED)) this.#next(this.#size);
    else {
      // Either there are too many, or these hosts are slower: one cut, and then it is judged anew.
      this.#usual = undefined;
      this.#next(Math.min(this.#size, Math.max(this.#bounds.start, this.#size * CUT.crowded)));
    }
  }

  /** A far end refused a target of that round for want of room: a full sshd, a bastion gone or full, no descriptor left. */
  refused(round: number): void {
    if (round !== this.#round) return;
    this.#doubling = false;
    this.#refused = true;
    this.#usual = undefined;
    this.#next(this.#size * CUT.refused);
  }

  #next(size: number): void {
    this.#round++;
    this.#sum = this.#count = 0;
    this.#before = this.#size;
    this.#size = Math.min(this.#bounds.most, Math.max(this.#bounds.least, size));
  }
}
