import type { TraceEvent } from '../../../base/trace.ts';
import type { Target } from '../../../kit/types.ts';
import type { NodeScript, Outcome, TransportOptions } from '../../types.ts';
import type { SshOptions } from '../transport.ts';

/** What a thread is given at its start. Secrets travel in it, from memory to memory: never in its arguments or environment. */
export interface ThreadData {
  options: Omit<SshOptions, 'onTrace'>;
  traced: boolean;
}

type Times = Pick<TransportOptions, 'connectMs' | 'loginMs' | 'runMs' | 'wholeMs'>;

/** One target's order, with its text as it is now. */
export interface Job {
  target: Target;
  text: string;
  script: Pick<NodeScript, 'nonce' | 'protocol' | 'maxOutput' | 'label'> & { secret?: Uint8Array };
  times: Times;
}

export type ToThread =
  | { kind: 'run'; id: number; job: Job }
  /** The answer to `turn`; with the text as it is now where the first one is old. */
  | { kind: 'turn'; id: number; go: boolean; text?: string }
  | { kind: 'stop-waiting'; id: number };

export type FromThread =
  | { kind: 'ready' }
  /** Nothing of the target leaves before this is answered. */
  | { kind: 'turn'; id: number; lagMs: number }
  | { kind: 'event'; id: number; phase: 'connecting' | 'waiting' | 'crowded' | 'launched'; lagMs: number }
  | { kind: 'outcome'; id: number; outcome: Outcome; lagMs: number }
  | { kind: 'trace'; trace: TraceEvent };
