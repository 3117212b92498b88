import type { RunEvent } from '../../run/types.ts';

/** One line above the rows that moves. */
export interface Headline {
  /** At most so many columns. */
  fit(columns: number): string;
  /** The same without pictures: for logs, dumb terminals and screen readers. */
  words(): string;
}

/** What a view shows besides the events. */
export interface Shown {
  headline?: Headline;
  /** Lines name steps by their titles instead of their ids. */
  titled?: boolean;
}

/** Shows the progress of a run. */
export interface View {
  onEvent(event: RunEvent): void;
  /** Records of an earlier process of the run: counted, but not shown again. */
  recall(records: readonly RunEvent[]): void;
  /** A line below the rows at which something is typed; undefined removes it. Lines have no place for one. */
  prompt?(line: string | undefined): void;
  /** Draws the last state and releases the terminal. */
  end(): Promise<void>;
}
