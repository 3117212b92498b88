import type { TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import type { ReasonCode } from './codes/reasons.ts';
import type { OutcomeState } from './codes/states.ts';

export { OUTCOME_STATES, type OutcomeState } from './codes/states.ts';

/** `changed` did something, `already` found it done, `would` is a check that would change, `refused` did nothing. */
export const RESULT_STATES = [
  'changed',
  'already',
  'would',
  'ok',
  'failed',
  'refused',
  'absent',
  'interrupted',
] as const;
export type ResultState = (typeof RESULT_STATES)[number];

/** What the node's one JSON line says; see docs/node-protocol.md. Only `readResult` makes one of a node's bytes. */
export interface NodeResult {
  /** Protocol version. */
  fireaxe: 1;
  op: string;
  state: ResultState;
  /** What was found before, as the action's own flat text map: what undo restores. */
  before?: Record<string, string>;
  /** One line for people: what it found and did. */
  note?: string;
  /** Why it refused or failed: a `ResultCode`, unless the node runs another script than Fireaxe's. */
  code?: string;
  /** Exit code of the user's command (exec). */
  exit?: number;
  /** Measured values (probe, verify). */
  data?: Record<string, string>;
}

export interface Outcome {
  /** Node name. */
  target: string;
  state: OutcomeState;
  exitCode?: number;
  signal?: string;
  result?: NodeResult;
  /** Without the result line; raw, to be sanitized at the sink. */
  stdout: string;
  stderr: string;
  truncated: boolean;
  via?: TransportName | 'cloud';
  /** ISO 8601. */
  startedAt: string;
  endedAt: string;
  reason?: OutcomeReason;
  /** Names the boot of the node in which its script began, where that was heard; a later boot has another name. */
  boot?: string;
}

export interface OutcomeReason {
  /** docs/outcomes.md lists each. */
  code: ReasonCode;
  message: string;
  /** What it hung in, where a clock ran out: such as `banner`, `login`, `sudo`, `script`. */
  phase?: string;
  /** The next command to type, where there is one. */
  next?: string;
}

/** A text for a target's /bin/sh, and how to tell its result line from its output. */
export interface NodeScript {
  /** The whole sh text for this target by this transport. Targets with equal text can share one SSM command. */
  textFor(target: Target, via: TransportName): string;
  /** The same with what `textFor` leaves to the node's own receipt: for a node that says it has none. */
  fullTextFor?(target: Target, via: TransportName): string;
  /**
   * One text for targets whose `textFor` is equal, for a service that reaches them by what they have in common, and others
   * with them: a machine that is not one of these targets refuses it before it does anything. Absent where no text does that.
   */
  textForAll?(targets: Target[], via: TransportName): string;
  /** Handed to the script's standard input after its text; never through SSM. */
  secret?: Uint8Array;
  /** Result lines begin with `{"fireaxe":1,"nonce":"<nonce>"`. */
  nonce: string;
  /** False where the raw output is the result (a probe without protocol). */
  protocol: boolean;
  /** Most bytes of stdout and of stderr each that are kept a target. */
  maxOutput: number;
  /** It must not wait behind others: a timer on the node runs against it. */
  urgent?: boolean;
  /** Identifies the run on the cloud's side (SSM Comment), ≤ 100 characters. */
  label: string;
}

export interface TransportOptions {
  /** Milliseconds to connect, up to the end of the key exchange. */
  connectMs: number;
  /** Milliseconds for each phase of the login: authentication, session, sudo, the shell's start. As `connectMs` when absent. */
  loginMs?: number;
  /**
   * Milliseconds until a node must have taken up an order that a service delivers, from the moment it was sent. Where
   * absent, `wholeMs` if no other transport is left, else `connectMs`.
   */
  deliveryMs?: number;
  /** No other transport is tried after this one: it may take all the time there is. */
  last?: boolean;
  /** Milliseconds from the script's beginning to its end. */
  runMs: number;
  /** Milliseconds for all of it, whatever phase it is in: the operator's deadline. */
  wholeMs?: number;
  /** Aborted: stop waiting at once; what was sent is `unknown`. */
  signal: AbortSignal;
  /** Aborted: nothing more may be sent; `turn` says so, too, to those that do not wait. */
  stopped?: AbortSignal;
  /**
   * Awaited before a target's command is sent: one that waited for a silent peer takes its permit again. False: nothing
   * more may be sent. A transport that sends to many by one call need not ask.
   */
  turn?: (target: string) => Promise<boolean>;
  /** A target's command was sent, or one more phase is reached. `waiting`: nothing was sent, and the peer is silent.
   * `crowded`: the far end refused for want of room, and is asked again. */
  onEvent?: (event: {
    target: string;
    phase: 'connecting' | 'waiting' | 'crowded' | 'launched';
    via: TransportName | 'cloud';
  }) => void;
}

/**
 * A way to reach nodes. `run` yields exactly one outcome for each target of the batch.
 * `unreachable` only where it is certain that nothing was sent:
 * another transport may then be tried. Once it was sent, a lost connection is `unknown`
 * and a passed deadline is `timed-out`.
 */
export interface Transport {
  name: TransportName | 'cloud';
  /** Most targets at a time, where this machine sets a bound: further ones would wait with their clocks running. */
  places?: number;
  /**
   * How late the event loops are that serve it (ms). Only where each target has a login of its own: then the number of
   * targets in flight can adapt.
   */
  lagMs?(): number;
  /** `most`: targets of a batch that the parallelism allows, where the transport would take more. */
  batches(targets: Target[], script: NodeScript, most?: number): Target[][];
  run(batch: Target[], script: NodeScript, options: TransportOptions): AsyncIterable<Outcome>;
  /** The same with one connection a target that stays open until its `close`, for readings that come again and again. */
  standing?(): Transport;
  /** Ends what it keeps open (bastion connections, pollers). */
  close(): Promise<void>;
}
