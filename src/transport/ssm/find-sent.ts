import type { Breaker } from './breaker.ts';
import type { Clock } from './clock.ts';
import { faultOf } from './faults.ts';
import type { Pace } from './pace.ts';
import { answered } from './send-limits.ts';
import type { SentCommand, SsmApi } from './types.ts';

/** This machine's clock may be ahead of the cloud's by this much when a sent command is looked for. */
const SKEW_MS = 3_600_000;
/** Waits between the looks for a command whose answer was lost: lists lag behind. */
const LOOKS_MS = [500, 1500, 3000];

export interface SentLooks {
  found?: SentCommand;
  /** The last of all lists was read, and it was not there. */
  missed?: true;
  /** Why no list could be read, where none could. */
  trouble?: unknown;
}

interface FinderDeps extends Clock {
  api: SsmApi;
  pace: Pace;
  breaker: Breaker;
}

/** Looks for commands whose answer to SendCommand was lost. Those that look at the same time share a list. */
export class SentFinder {
  readonly #deps: FinderDeps;
  readonly #wanted = new Set<string>();
  #list: { after: number; seen: Promise<SentCommand[]> } | undefined;

  constructor(deps: FinderDeps) {
    this.#deps = deps;
  }

  /** A command with this comment proves that it was sent; nothing proves that it was not. */
  async find(comment: string, startedAt: number, signal: AbortSignal): Promise<SentLooks> {
    let trouble: unknown;
    let missed = false;
    this.#wanted.add(comment);
    for (const wait of LOOKS_MS) {
      await this.#deps.sleep(wait, signal);
      missed = false;
      if (signal.aborted) break;
      try {
        const seen = await answered(signal, () => this.#look(startedAt - SKEW_MS, signal));
        trouble = undefined;
        const found = seen.find((command) => command.comment === comment);
        if (found) {
          this.#wanted.delete(comment);
          return { found };
        }
        missed = !signal.aborted;
      } catch (error) {
        if (!signal.aborted) trouble = error;
        // Further looks at a dead region would each wait for its silence.
        if (this.#deps.breaker.open) break;
      }
    }
    this.#wanted.delete(comment);
    return { trouble, ...(missed && { missed }) };
  }

  #look(after: number, signal: AbortSignal): Promise<SentCommand[]> {
    if (this.#list && this.#list.after <= after) return this.#list.seen;
    const seen: Promise<SentCommand[]> = this.#deps.pace.turn('list', signal).then(() => {
      // From now on a look needs a list of its own: this one may be too early for it.
      if (this.#list?.seen === seen) this.#list = undefined;
      return this.#read(after);
    });
    this.#list = { after, seen };
    return seen;
  }

  async #read(after: number): Promise<SentCommand[]> {
    const { api, pace, now } = this.#deps;
    const wanted = [...this.#wanted];
    const since = now();
    try {
      return await api.commands(new Date(after), (seen) =>
        wanted.every((comment) => seen.some((command) => command.comment === comment)),
      );
    } catch (error) {
      if (faultOf(error) === 'throttled') pace.throttled('list', since);
      throw error;
    }
  }
}
