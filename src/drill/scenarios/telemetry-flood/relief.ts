import type { Sample } from './sample.ts';

/** How well the control plane did over a stretch of time. */
export interface Health {
  /** Servers that were ready, of all, on average. */
  readyPercent: number;
  /** Answers that were 429 or 5xx. */
  badPercent: number;
}

/** Share of ready servers and of bad answers over samples in their order. */
export function healthOver(samples: readonly Sample[]): Health | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return undefined;
  const good = last.answers.good - first.answers.good;
  const bad = last.answers.bad - first.answers.bad;
  const ready = samples.reduce((sum, s) => sum + s.servers.ready / s.servers.of, 0) / samples.length;
  return {
    readyPercent: Math.round(100 * ready),
    badPercent: good + bad === 0 ? 0 : Math.round((100 * bad) / (good + bad)),
  };
}

const LAST_MS = 5_000;
/** A lab that runs for hours remembers no more of its beginning than this. */
const MOST_BEFORE = 400;

/** Compares the outage before anything was done about it with the last seconds. */
export class Relief {
  #before: Sample[] = [];
  #last: Sample[] = [];
  #touched = false;

  push(sample: Sample): void {
    this.#touched ||=
      sample.held > 0 ||
      sample.fenced > 0 ||
      sample.servers.retyped > 0 ||
      !sample.daemonSet ||
      sample.servers.machines < sample.servers.of;
    if (!this.#touched && this.#before.length < MOST_BEFORE) this.#before.push(sample);
    this.#last = [...this.#last.filter((s) => sample.at - s.at <= LAST_MS), sample];
  }

  read(): { before: Health | null; after: Health | null } {
    return { before: healthOver(this.#before) ?? null, after: healthOver(this.#last) ?? null };
  }
}
