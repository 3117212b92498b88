import { labMs } from './time-scale.ts';

/** What a scenario calls broken, open and recovered, by one sample; `recent` are those of the last second and a half. */
export interface Goals<S> {
  broken(sample: S): boolean;
  open(sample: S, recent: readonly S[]): boolean;
  recovered(sample: S): boolean;
}

/** Milliseconds since the lab began; absent until seen. */
export interface Milestones {
  brokenAt?: number;
  windowAt?: number;
  recoveredAt?: number;
}

/** How long each state must last before it counts. */
const BROKEN_MS = labMs(10);
const WINDOW_MS = labMs(40);
const RECOVERED_MS = labMs(60);
const RECENT_MS = labMs(30);

/** Takes sample after sample and remembers since when each goal has held. */
export class Judge<S extends { at: number }> {
  readonly #goals: Goals<S>;
  readonly #broken = new Since();
  readonly #open = new Since();
  readonly #recovered = new Since();
  readonly #milestones: Milestones = {};
  #recent: S[] = [];

  constructor(goals: Goals<S>) {
    this.#goals = goals;
  }

  push(sample: S): void {
    const m = this.#milestones;
    this.#recent = [...this.#recent.filter((r) => sample.at - r.at <= RECENT_MS), sample];
    const broken = this.#broken.lasts(this.#goals.broken(sample), sample.at, BROKEN_MS);
    if (broken !== undefined) m.brokenAt ??= broken;
    if (m.brokenAt === undefined) return;
    const open = this.#open.lasts(this.#goals.open(sample, this.#recent), sample.at, WINDOW_MS);
    if (open !== undefined) m.windowAt ??= open;
    // A relapse ends a recovery; a window that once was open stays on record.
    const recovered = this.#recovered.lasts(this.#goals.recovered(sample), sample.at, RECOVERED_MS);
    if (recovered === undefined) delete m.recoveredAt;
    else m.recoveredAt = recovered;
  }

  milestones(): Milestones {
    return { ...this.#milestones };
  }
}

/** The milestones as a score tells them: seconds after the outage took effect. */
export function timesOf({ brokenAt, windowAt, recoveredAt }: Milestones) {
  const after = (at: number | undefined) =>
    at === undefined || brokenAt === undefined ? null : Math.round((at - brokenAt) / 100) / 10;
  return {
    recovered: recoveredAt !== undefined,
    timeToWindowSeconds: after(windowAt),
    timeToRecoverySeconds: after(recoveredAt),
  };
}

/** Since when something holds without a break. */
class Since {
  #since: number | undefined;

  /** The beginning, once it has lasted `ms`. */
  lasts(holds: boolean, at: number, ms: number): number | undefined {
    if (!holds) this.#since = undefined;
    else this.#since ??= at;
    return this.#since !== undefined && at - this.#since >= ms ? this.#since : undefined;
  }
}
