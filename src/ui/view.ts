import type { RunEvent } from '../run/types.ts';

/** Shows a run while it goes on. */
export interface View {
  onEvent(event: RunEvent): void;
  /** Draws the last state and lets go of the terminal. */
  end(): Promise<void>;
}
