import { lostOf, type UsersOf, type UsersSample } from './sample.ts';

export interface UsersTally {
  /** Requests of all users: lost, and lost had nobody been moved. */
  lost: number;
  lostUnmoved: number;
  /** Share of the requests that each cluster got, in percent. */
  shares: Record<string, { first: number; least: number; now: number }>;
  /** The most of its capacity that each cluster was asked for, in percent. */
  peaks: Record<string, number>;
  /** The weights were changed, and are what they were at the beginning. */
  moved: boolean;
  asBefore: boolean;
}

/** Follows the users from sample to sample. */
export class Tally {
  #tally: UsersTally = { lost: 0, lostUnmoved: 0, shares: {}, peaks: {}, moved: false, asBefore: true };
  #at: number | undefined;

  push({ at, clusters, weights }: UsersSample): void {
    const tally = this.#tally;
    const seconds = (at - (this.#at ?? at)) / 1000;
    this.#at = at;
    const all = Object.values(clusters);
    tally.lost = sum(all, ({ lost }) => lost);
    tally.lostUnmoved += seconds * sum(all, (one) => lostOf(one.formerRate, one));
    const users = sum(all, ({ rate }) => rate);
    for (const [name, { rate, capacity }] of Object.entries(clusters)) {
      const now = percent(rate, users);
      const { first, least } = tally.shares[name] ?? { first: now, least: now };
      tally.shares[name] = { first, least: Math.min(least, now), now };
      tally.peaks[name] = Math.max(tally.peaks[name] ?? 0, percent(rate, capacity));
    }
    const names = Object.keys(weights.former);
    tally.asBefore = names.every((name) => weights.now[name] === weights.former[name]);
    tally.moved ||= !tally.asBefore;
  }

  read(): UsersTally {
    return structuredClone(this.#tally);
  }
}

const sum = (all: UsersOf[], of: (one: UsersOf) => number) => all.reduce((total, one) => total + of(one), 0);

/** In percent with one decimal. */
function percent(part: number, whole: number): number {
  return Math.round((1000 * part) / Math.max(whole, 1)) / 10;
}
