/** One connection attempt, told when it is over. */
export interface ConnectionTrace {
  kind: 'connection';
  transport: string;
  /** The node or bastion. */
  target: string;
  /** Where it was tried, such as `10.0.0.11 port 22`. */
  address: string;
  /** The phase in which it ended. */
  phase: string;
  ms: number;
  /** Absent where it worked. */
  failure?: { code: string; message: string };
}

/** One call to a cloud service, told when its answer is there. */
export interface CallTrace {
  kind: 'call';
  service: string;
  operation: string;
  /** Counted by the SDK; the first is 1. */
  attempt: number;
  ms: number;
  /** HTTP status of the answer. */
  status?: number;
  requestId?: string;
  /** The time of the service, as the answer has it. */
  date?: string;
  failure?: { code: string; message: string };
}

/** What `--verbose` shows. Never a secret, and never a script's text. */
export type TraceEvent = ConnectionTrace | CallTrace;

export type OnTrace = (event: TraceEvent) => void;
