import type { Target } from '../../kit/types.ts';
import { makeOutcome } from '../outcome.ts';
import type { Outcome, OutcomeReason, OutcomeState } from '../types.ts';
import type { Clock } from './clock.ts';

/** The targets of a command that have no outcome yet: the caller that takes one out settles it, so that each has exactly one. */
export class OpenTargets {
  readonly startedAt: Date;
  readonly #open: Map<string, Target>;
  readonly #none = new AbortController();

  constructor(
    targets: readonly Target[],
    readonly clock: Clock,
    readonly settle: (outcome: Outcome) => void,
  ) {
    this.#open = new Map(targets.map((target) => [target.instanceId!, target]));
    this.startedAt = new Date(clock.now());
  }

  get size(): number {
    return this.#open.size;
  }

  /** Instance ids. */
  ids(): string[] {
    return [...this.#open.keys()];
  }

  take(instanceId: string): Target | undefined {
    const target = this.#open.get(instanceId);
    this.#open.delete(instanceId);
    if (this.#open.size === 0) this.#none.abort();
    return target;
  }

  /** Settles these, as far as they are open, with a state that the service did not report. */
  giveUp(instanceIds: readonly string[], state: OutcomeState, reason: OutcomeReason): void {
    for (const id of instanceIds) {
      const target = this.take(id);
      if (!target) continue;
      const endedAt = new Date(this.clock.now());
      const of = { target: target.name, via: 'ssm' as const, startedAt: this.startedAt, endedAt };
      this.settle(makeOutcome(of, state, { reason }));
    }
  }

  /** Milliseconds since the start. */
  spent(): number {
    return this.clock.now() - this.startedAt.getTime();
  }

  /** Until this long after the start, or until no target is open. */
  async wait(ms: number): Promise<void> {
    const left = ms - this.spent();
    if (this.size > 0 && left > 0) await this.clock.sleep(left, this.#none.signal);
  }
}
