import { Judge, type Milestones } from '../../judge.ts';
import { GOALS, type Sample } from './sample.ts';

/** What was seen of a return up to now; times in milliseconds since the lab began. */
export interface Tallied extends Milestones {
  /** When half of the workers, and when all of them, were whole. */
  halfAt?: number;
  wholeAt?: number;
  mostFenced: number;
  mostPulling: number;
  last?: Sample;
}

/** Judges sample after sample, and keeps when the workers were whole again. */
export class Tally {
  readonly #judge = new Judge(GOALS);
  readonly #seen: Tallied = { mostFenced: 0, mostPulling: 0 };

  push(sample: Sample): void {
    const seen = this.#seen;
    this.#judge.push(sample);
    seen.last = sample;
    seen.mostFenced = Math.max(seen.mostFenced, sample.fenced);
    seen.mostPulling = Math.max(seen.mostPulling, sample.pulling);
    if (sample.whole * 2 >= sample.workers) seen.halfAt ??= sample.at;
    if (sample.whole === sample.workers) seen.wholeAt ??= sample.at;
  }

  read(): Tallied {
    return { ...this.#seen, ...this.#judge.milestones() };
  }
}
