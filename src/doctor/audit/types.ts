import type { FindingState } from '../types.ts';

interface Link {
  /** The clusters whose emergency path needs it; none where all need it. */
  clusters: string[];
  /** How the path leads there: `AWS profile ops`, `credential_process /opt/keys`. */
  chain: string[];
  /** How to do without it. */
  mend: string;
}

/** A host that must answer: a name or an address. */
export interface Need extends Link {
  host: string;
}

/** What is in the way as far as can be told without a look-up. */
export interface Fault extends Link {
  state: Exclude<FindingState, 'green'>;
  what: string;
}

/** What one part of the path needs, and what is wrong with it. */
export interface Parts {
  needs: Need[];
  faults: Fault[];
}

export const joined = (parts: Parts[]): Parts => ({
  needs: parts.flatMap(({ needs }) => needs),
  faults: parts.flatMap(({ faults }) => faults),
});
