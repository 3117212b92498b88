import { makeOutcome } from '../transport/outcome.ts';
import type { Outcome, OutcomeReason } from '../transport/types.ts';
import { badOf, countOutcomes, isBad } from './counts.ts';
import type { FanoutEvent, FanoutSpec, Verdict } from './types.ts';

/** Keeps exactly one outcome a target and one budget over the whole fan-out, whatever waves and retries there are. */
export class Ledger {
  readonly #spec: FanoutSpec;
  readonly #emit: (event: FanoutEvent) => void;
  readonly #outcomes = new Map<string, Outcome>();
  #bad = 0;
  #oks = 0;
  stoppedBy: Verdict['stoppedBy'];
  readonly #stopped = new AbortController();
  readonly #enough = new AbortController();

  constructor(spec: FanoutSpec, emit: (event: FanoutEvent) => void) {
    this.#spec = spec;
    this.#emit = emit;
  }

  has(target: string): boolean {
    return this.#outcomes.has(target);
  }

  /** The first outcome of a target counts; a second is ignored. */
  record(outcome: Outcome): void {
    if (this.#outcomes.has(outcome.target)) return;
    this.#outcomes.set(outcome.target, outcome);
    this.#emit({ kind: 'outcome', outcome });
    if (outcome.state === 'ok') this.#oks++;
    if (this.satisfied) {
      this.#enough.abort();
      this.#stopped.abort();
    }
    if (!isBad(outcome.state) || this.#spec.anyOf || this.#spec.bears?.(outcome)) return;
    this.#bad++;
    if (this.#bad === this.#spec.budget + 1) {
      this.stop('budget');
      this.#emit({ kind: 'breach', bad: this.#bad, budget: this.#spec.budget });
    }
  }

  /** The first reason stays. */
  stop(why: NonNullable<Verdict['stoppedBy']>): void {
    this.stoppedBy ??= why;
    this.#stopped.abort();
  }

  /** Aborted when nothing more may be launched. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Aborted when one ok was enough. */
  get enough(): AbortSignal {
    return this.#enough.signal;
  }

  /** Bad outcomes that are still borne. */
  get spare(): number {
    return this.#spec.anyOf ? Number.POSITIVE_INFINITY : this.#spec.budget - this.#bad;
  }

  /** Nothing more may be launched. */
  get closed(): boolean {
    return this.stoppedBy !== undefined || this.satisfied;
  }

  /** One ok was enough. */
  get satisfied(): boolean {
    return this.#spec.anyOf === true && this.#oks > 0;
  }

  get counts() {
    return countOutcomes(this.#outcomes.values());
  }

  /** Whoever has no outcome was never attempted. */
  close(): Verdict {
    const reason = this.#whyNotAttempted();
    for (const target of this.#spec.targets)
      this.record(makeOutcome({ target: target.name }, 'not-attempted', { reason }));
    const outcomes = this.#spec.targets.map((t) => this.#outcomes.get(t.name)!);
    const counts = countOutcomes(outcomes);
    if (badOf(counts) + counts.ok + counts['not-attempted'] !== outcomes.length)
      throw new Error('totals do not add up');
    return { outcomes, counts, ...(this.stoppedBy ? { stoppedBy: this.stoppedBy } : {}) };
  }

  #whyNotAttempted(): OutcomeReason {
    switch (this.stoppedBy) {
      case 'budget':
        return {
          code: 'budget',
          message: `the error budget of ${this.#spec.budget} was exceeded before its turn`,
        };
      case 'interrupt':
        return { code: 'interrupted', message: 'interrupted before its turn' };
      case 'gate':
        return { code: 'gate', message: 'the gate between waves did not open' };
      case 'canary':
        return { code: 'canary', message: 'the canary did not end well' };
      case 'journal':
        return { code: 'journal', message: 'the journal could not be written, so nothing more was launched' };
      default:
        return { code: 'not-needed', message: 'another target did it' };
    }
  }
}
