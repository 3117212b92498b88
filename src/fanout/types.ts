import type { TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import type { NodeScript, Outcome, OutcomeReason, OutcomeState, Transport } from '../transport/types.ts';
import type { Again } from './again.ts';

/** What carries a step to its targets: a transport, or the calls of a cloud action. */
export type Via = TransportName | 'cloud';

export type Counts = Record<OutcomeState, number>;

export interface FanoutSpec {
  targets: Target[];
  script: NodeScript;
  /** Sizes of the waves, in order; they add up to the targets. The first may be a canary. */
  waves: number[];
  /**
   * Most calls in flight: a target each, or as many as a call of the transport takes. A target that waits for a silent peer
   * makes room for another, as far as the budget allows.
   */
  parallel: number;
  /**
   * Targets log in ahead of their turn, as many as the hosts and this machine bear; `parallel` limits only the commands.
   * When the step stops, one that had no turn yet is `not-attempted`, whatever became of its login.
   */
  adaptive?: boolean;
  /** Failures allowed (failed, unreachable, timed-out, unknown); one more stops all launches. */
  budget: number;
  connectMs: number;
  loginMs?: number;
  runMs: number;
  /** How long a service may take to deliver an order to a node. */
  deliveryMs?: number;
  /** The operator's deadline for each target, from its first attempt on, over all transports and further tries. */
  wholeMs?: number;
  /** Targets that were not reached are tried again; absent: each is tried once. */
  again?: Again;
  /** What was tried before, for the text of the reason. */
  earlier?: { tries: number; ms: number };
  /** The order may be given twice (a reading, an undo, a keep): one whose answer was lost goes on to the next transport. */
  repeatable?: boolean;
  /** A failure that does not count against the budget. */
  uncounted?: (outcome: Outcome) => boolean;
  /** One ok is enough: targets are tried one after the other and the rest is `not-attempted` (`not-needed`). */
  anyOf?: boolean;
}

export interface FanoutDeps {
  transport(name: Via): Promise<Transport>;
  /** The transports to try for a target, in order. */
  transportsTo(target: Target): Via[];
  /** Why there is none. */
  whyNoTransport?(target: Target): OutcomeReason;
  /** Launch nothing more. */
  stop: AbortSignal;
  /** Stop waiting for what is in flight. */
  stopWaiting: AbortSignal;
  /** Awaited before any target of the group is launched: intents are journaled here. Throwing stops all launches. */
  beforeLaunch?(targets: Target[], via: Via): Promise<void>;
  /** Told when an order is about to be sent that waited for its turn after it was launched. */
  leaving?(): void;
  /**
   * Awaited between waves. False stops all launches; `canary` does too, and names the first wave as the cause.
   * A number asks for a wave of that size before the next one: the wave before reached no node.
   */
  betweenWaves?(next: number, counts: Counts): Promise<boolean | 'canary' | number>;
  /**
   * Asked about targets whose outcome was lost, before that is counted: tells of each what its receipt proves, as soon as it
   * is read. Not told when it resolves: nothing. `leftMs` is what is left of the operator's deadline.
   */
  settleLost?(lost: Outcome[], leftMs: number, tell: (target: string, found: Found) => void): Promise<void>;
  onEvent?(event: FanoutEvent): void;
}

/** The outcome by the receipt, or the transport over which the node said that it has none: the order never began there. */
export type Found = { outcome: Outcome } | { absentBy: Via };

export type FanoutEvent =
  | { kind: 'wave'; wave: number; of: number; size: number }
  | { kind: 'launched'; target: string; via: Via }
  | { kind: 'outcome'; outcome: Outcome }
  /** Not reached: tried again after this many milliseconds. */
  | { kind: 'again'; outcome: Outcome; tries: number; pauseMs: number }
  /** One more failure than the budget allows. */
  | { kind: 'breach'; bad: number; budget: number };

export interface Verdict {
  /** Exactly one for each target, in the order of the targets. */
  outcomes: Outcome[];
  counts: Counts;
  /** Why launching stopped early, if it did. */
  stoppedBy?: 'budget' | 'interrupt' | 'gate' | 'canary' | 'journal';
}
