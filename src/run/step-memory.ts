import type { BeforeState } from '../node/types.ts';
import { neverRan } from '../transport/outcome.ts';
import type { Outcome } from '../transport/types.ts';
import type { StepState } from './types.ts';

/** What a run knows of one step, by its journal alone. */
export interface StepMemory {
  state?: StepState;
  /** Targets that apply was about to be sent to. */
  intents: Set<string>;
  /** How often apply was given to each target: after a reboot in between, its receipt may be that of the last time. */
  launches: Map<string, number>;
  /** The latest outcome of apply, by target. */
  outcomes: Map<string, Outcome>;
  before: Map<string, BeforeState>;
  /** Targets whose before-state an action in the cloud journaled, as it does right before its first change. */
  begun: Set<string>;
  /** SHA-256 of what was saved of each target before apply. */
  saved: Map<string, string>;
  /** When apply was sent to each target the last time. */
  sent: Map<string, Sent>;
  /** The boot in which apply began, where the node told it. */
  boots: Map<string, string>;
  /** Armed changes: true when kept, false when keep failed. */
  kept: Map<string, boolean>;
  /** Targets that undo was about to be sent to. */
  undoSent: Set<string>;
  undone: Map<string, boolean>;
}

export interface Sent {
  /** Milliseconds since 1970 by this machine's clock. */
  at: number;
  /** Seconds since the boot of the machine that sent it. */
  up?: number;
}

export function newStepMemory(): StepMemory {
  return {
    intents: new Set(),
    launches: new Map(),
    outcomes: new Map(),
    before: new Map(),
    begun: new Set(),
    saved: new Map(),
    sent: new Map(),
    boots: new Map(),
    kept: new Map(),
    undoSent: new Set(),
    undone: new Map(),
  };
}

/** Certain that apply left the target as it was: not reached, refused, or found done already. */
export function changedNothing(
  outcome: Pick<Outcome, 'state' | 'reason'> & { result?: { state: string } },
): boolean {
  const did = outcome.result?.state;
  return neverRan(outcome) || did === 'refused' || did === 'already';
}
