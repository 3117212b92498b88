import type { TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import type { NodeScript, Outcome, OutcomeReason, OutcomeState, Transport } from '../transport/types.ts';
import type { Again } from './again.ts';

export type Counts = Record<OutcomeState, number>;

export interface FanoutSpec {
  targets: Target[];
  script: NodeScript;
  /** Sizes of the waves, in order; they add up to the targets. The first may be a canary. */
  waves: number[];
  /** Most targets in flight; those that only wait for a silent peer make room, as far as the budget bears them. */
  window: number;
  /** Non-ok outcomes (failed, unreachable, timed-out, unknown) that are still borne; one more stops all launches. */
  budget: number;
  connectMs: number;
  loginMs?: number;
  runMs: number;
  /** The person's deadline for each target, from its first try on, with all ways and tries. */
  wholeMs?: number;
  /** Who was not reached is tried again; absent: once is all. */
  again?: Again;
  /** What was tried before, for the words of the reason. */
  earlier?: { tries: number; ms: number };
  /** A bad outcome that uses up no budget. */
  bears?: (outcome: Outcome) => boolean;
  /** One ok is enough: targets are tried one after the other and the rest is `not-attempted` (`not-needed`). */
  anyOf?: boolean;
}

export interface FanoutDeps {
  transport(name: TransportName | 'cloud'): Promise<Transport>;
  /** Order of ways to a target. */
  waysTo(target: Target): (TransportName | 'cloud')[];
  /** Why there is none. */
  whyNoWay?(target: Target): OutcomeReason;
  /** Launch nothing more. */
  stop: AbortSignal;
  /** Let go of what is in flight. */
  letGo: AbortSignal;
  /** Awaited before any target of the group is launched: intents are journaled here. Throwing stops all launches. */
  beforeLaunch?(targets: Target[], via: TransportName | 'cloud'): Promise<void>;
  /**
   * Awaited between waves; false stops all launches, as does `canary`, which says that the first wave is why.
   * A number asks for a wave of so many before the next one: nobody was reached by the one before.
   */
  betweenWaves?(next: number, counts: Counts): Promise<boolean | 'canary' | number>;
  onEvent?(event: FanoutEvent): void;
}

export type FanoutEvent =
  | { kind: 'wave'; wave: number; of: number; size: number }
  | { kind: 'launched'; target: string; via: TransportName | 'cloud' }
  | { kind: 'outcome'; outcome: Outcome }
  /** Not reached: tried again after so many milliseconds. */
  | { kind: 'again'; outcome: Outcome; tries: number; pauseMs: number }
  | { kind: 'breach'; bad: number; budget: number };

export interface Verdict {
  /** Exactly one a target, in the order of the targets. */
  outcomes: Outcome[];
  counts: Counts;
  /** Why launching stopped early, if it did. */
  stoppedBy?: 'budget' | 'interrupt' | 'gate' | 'canary' | 'journal';
}
