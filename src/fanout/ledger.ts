import { makeOutcome } from '../transport/outcome.ts';
import type { Outcome, OutcomeReason } from '../transport/types.ts';
import { countOutcomes, failuresOf, isFailure } from './counts.ts';
import type { FanoutEvent, FanoutSpec, Verdict } from './types.ts';

/** Keeps exactly one outcome for each target and one failure budget over the whole fan-out, whatever waves and retries there are. */
export class Ledger {
  readonly #spec: FanoutSpec;
  readonly #emit: (event: FanoutEvent) => void;
  readonly #outcomes = new Map<string, Outcome>();
  #failures = 0;
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
    if (!isFailure(outcome) || this.#spec.anyOf || this.#spec.uncounted?.(outcome)) return;
    this.#failures++;
    if (this.#failures === this.#spec.budget + 1) {
      this.stop('budget');
      this.#emit({ kind: 'breach', bad: this.#failures, budget: this.#spec.budget });
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

  /** Failures that are still allowed. */
  get spare(): number {
    return this.#spec.anyOf ? Number.POSITIVE_INFINITY : this.#spec.budget - this.#failures;
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

  /** A target without an outcome was never attempted. */
  close(): Verdict {
    const reason = this.#whyNotAttempted();
    for (const target of this.#spec.targets)
      this.record(makeOutcome({ target: target.name }, 'not-attempted', { reason }));
    const outcomes = this.#spec.targets.map((t) => this.#outcomes.get(t.name)!);
    const counts = countOutcomes(outcomes);
    if (failuresOf(counts) + counts.ok + counts['not-attempted'] !== outcomes.length)
      throw new Error('totals do not add up');
    return { outcomes, counts, ...(this.stoppedBy ? { stoppedBy: this.stoppedBy } : {}) };
  }

  #whyNotAttempted(): OutcomeReason {
    switch (this.stoppedBy) {
      case 'budget':
        return {
          code: 'budget',
          message: `more than ${this.#spec.budget} failures before its turn`,
        };
      case 'interrupt':
        return { code: 'interrupted', message: 'interrupted before its turn' };
      case 'gate':
        return { code: 'gate', message: 'the gate between waves did not open' };
      case 'canary':
        return { code: 'canary', message: 'the canary failed' };
      case 'journal':
        return { code: 'journal', message: 'the journal could not be written; nothing more was launched' };
      default:
        return { code: 'not-needed', message: 'another target was enough' };
    }
  }
}
