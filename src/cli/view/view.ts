import type { RunEvent } from '../../run/types.ts';

/** Shows a run while it goes on. */
export interface View {
  onEvent(event: RunEvent): void;
  /** What an earlier process of the run saw: it counts, and is not told again. */
  recall(records: readonly RunEvent[]): void;
  /** Draws the last state and lets go of the terminal. */
  end(): Promise<void>;
}
