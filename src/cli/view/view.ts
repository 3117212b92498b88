import type { RunEvent } from '../../run/types.ts';

/** Shows the progress of a run. */
export interface View {
  onEvent(event: RunEvent): void;
  /** Records of an earlier process of the run: counted, but not shown again. */
  recall(records: readonly RunEvent[]): void;
  /** Draws the last state and releases the terminal. */
  end(): Promise<void>;
}
