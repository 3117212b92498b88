import type { Explained } from './types.ts';

/** How a target can end. Exactly one of these holds for each target of a step. */
export const STATES = {
  ok: {
    means: 'the change is made, or was already there',
    next: 'nothing',
  },
  failed: {
    means: 'the node or the cloud answered, and the change is not made or only in part',
    next: "read the note or the reason; `fireaxe timeline RUN` shows the node's output",
  },
  unreachable: {
    means:
      'nothing was sent: it is certain that the script did not run; of a cloud action, that no change was begun',
    next: '`fireaxe resume RUN` tries again; `-v` shows each connection attempt',
  },
  'timed-out': {
    means: 'the script was sent and did not end in time; it ends itself on the node',
    next: '`fireaxe resume RUN` asks the node for its receipt',
  },
  unknown: {
    means: 'the script was sent, and its end was not heard; it may have run',
    next: '`fireaxe resume RUN` asks the node for its receipt',
  },
  'not-attempted': {
    means:
      'its turn did not come; the reason names what stopped the step, or `throttled`, which counts as a failure',
    next: '`fireaxe resume RUN` launches it',
  },
} as const satisfies Record<string, Explained>;

export type OutcomeState = keyof typeof STATES;

export const OUTCOME_STATES = Object.keys(STATES) as OutcomeState[];
