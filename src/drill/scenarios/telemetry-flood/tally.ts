import { Judge, type Milestones } from '../../judge.ts';
import { GOALS } from './goals.ts';
import { type Health, Relief } from './relief.ts';
import type { Sample } from './sample.ts';

/** What was seen of an outage up to now. */
export interface Tallied extends Milestones {
  /** When the DaemonSet was gone from the store. */
  removedAt?: number;
  mostHeld: number;
  mostFenced: number;
  mostRetyped: number;
  mostDnsHeld: number;
  /** Fewest endpoints of the users' services since the control plane went down. */
  fewestEndpoints?: number;
  /** The control plane while it was down and untouched, and in the last seconds. */
  relief: { before: Health | null; after: Health | null };
  last?: Sample;
}

/** Judges sample after sample, and keeps the extremes of each. */
export class Tally {
  readonly #judge = new Judge(GOALS);
  readonly #relief = new Relief();
  readonly #seen: Omit<Tallied, 'relief'> = { mostHeld: 0, mostFenced: 0, mostRetyped: 0, mostDnsHeld: 0 };
  /** A server has been lost to the flood. */
  #ailing = false;

  push(sample: Sample): void {
    const seen = this.#seen;
    this.#judge.push(sample);
    seen.last = sample;
    this.#ailing ||= sample.servers.ready < sample.servers.of;
    if (this.#ailing) this.#relief.push(sample);
    if (this.#judge.milestones().brokenAt === undefined) return;
    seen.mostHeld = Math.max(seen.mostHeld, sample.held);
    seen.mostFenced = Math.max(seen.mostFenced, sample.fenced);
    seen.mostRetyped = Math.max(seen.mostRetyped, sample.servers.retyped);
    seen.mostDnsHeld = Math.max(seen.mostDnsHeld, sample.dnsHeld.now);
    seen.fewestEndpoints = Math.min(seen.fewestEndpoints ?? sample.endpoints, sample.endpoints);
    if (sample.daemonSet) delete seen.removedAt;
    else seen.removedAt ??= sample.at;
  }

  read(): Tallied {
    return { ...this.#seen, ...this.#judge.milestones(), relief: this.#relief.read() };
  }
}
