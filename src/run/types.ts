import type { OnTrace } from '../base/trace.ts';
import type { Counts } from '../fanout/types.ts';
import type { TransportName } from '../fleet/transports.ts';
import type { Kit } from '../kit/types.ts';
import type { BeforeState, Op } from '../node/types.ts';
import type { RolloutPlan } from '../plan/rollout/types.ts';
import type { Plan } from '../plan/types.ts';
import type { Outcome, OutcomeState, Transport } from '../transport/types.ts';

/** `partial`: ended with some failures, but no more than allowed; what needs it goes on. */
export const STEP_STATES = ['running', 'done', 'partial', 'failed', 'stopped', 'skipped'] as const;
export type StepState = (typeof STEP_STATES)[number];

export const RUN_STATES = ['done', 'recovered', 'partial', 'failed', 'guard', 'interrupted'] as const;

/** What the journal holds; see docs/architecture.md for the chain. */
export type JournalBody =
  | { kind: 'plan'; plan: Plan; operator: string; host: string; pid: number }
  | { kind: 'workstream'; workstream: string; state: StepState | 'waiting'; why?: string }
  | { kind: 'step'; workstream: string; step: string; state: StepState; counts?: Counts; why?: string }
  | {
      kind: 'intent';
      step: string;
      op: Op;
      targets: string[];
      via: TransportName | 'cloud';
      wave: number;
      /** Seconds since this machine was booted. */
      up?: number;
    }
  | { kind: 'before'; step: string; target: string; before: BeforeState }
  | { kind: 'saved'; step: string; targets: string[]; sha256: string }
  | { kind: 'outcome'; step: string; op: Op; outcome: JournaledOutcome }
  | { kind: 'gate'; step: string; state: 'waiting' | 'open' | 'failed'; reading: string; why?: string }
  | AskRecord
  | ReadingRecord
  | { kind: 'kept'; step: string; target: string; ok: boolean; why?: string }
  | { kind: 'undone'; step: string; target: string; ok: boolean; why?: string }
  | {
      kind: 'operator';
      what: 'interrupt' | 'let-go' | 'resume' | 'undo' | 'confirm';
      operator: string;
      text?: string;
      /** Of a rollout: an undo of these clusters, not of the whole. */
      clusters?: string[];
      /** Of a rollout: failed clusters allowed from now on. */
      maxFailed?: number;
    }
  | { kind: 'note'; text: string }
  | { kind: 'end'; verdict: RunVerdict }
  // In the journal of a rollout, where a gate's step is the name of a cluster.
  | { kind: 'rollout'; rollout: RolloutPlan; operator: string; host: string; pid: number }
  | ClusterRecord
  | { kind: 'rollout-end'; verdict: RolloutVerdict };

/** A question to a person, and what became of it. */
export interface AskRecord {
  kind: 'ask';
  step: string;
  /** `interrupted`: nobody could answer any more. A resume asks again. */
  state: 'waiting' | 'answered' | 'expired' | 'interrupted';
  text: string;
  answer?: Answer['answer'];
  by?: string;
  how?: Answer['how'];
}

/** What a person answered. */
export interface Answer {
  /** `no` ends the workstream. */
  answer: 'yes' | 'no';
  /** Such as `alice@bastion-1`. */
  by: string;
  /** At the terminal, or before the run. */
  how: 'terminal' | '--answer';
}

export interface Question {
  cluster: string;
  step: string;
  text: string;
}

/** What a gate read of the control plane; in the journal of a rollout, where the step is the name of a cluster, too. */
export interface ReadingRecord {
  kind: 'reading';
  step: string;
  /** API servers that are ready, of all control-plane nodes. */
  answering: number;
  of: number;
  /** Hosts that could not be reached: of their servers nothing is known. */
  unreached?: number;
  /** Of the requests since the reading before. */
  errorPercent?: number;
  /** Requests in flight, and client connections, over all servers that told. */
  inflight?: number;
  connections?: number;
  leases?: { fresh: number; of: number };
}

/** Where a cluster of a rollout stands. `ok`: its run succeeded and its gate opened. */
export const CLUSTER_STATES = [
  'waiting',
  'running',
  'ok',
  'failed',
  'skipped',
  'interrupted',
  'not-attempted',
] as const;
export type ClusterState = (typeof CLUSTER_STATES)[number];

export interface ClusterRecord {
  kind: 'cluster';
  cluster: string;
  state: ClusterState;
  /** It tells of the undo of its run. */
  op?: 'undo';
  /** Its run, once it began. */
  run?: string;
  /** API servers that answered before the run. */
  answered?: number;
  /** How its run ended. */
  ended?: RunVerdict['state'];
  /** Of the targets of its run; they add up to those planned. */
  counts?: Counts;
  why?: string;
}

export interface RolloutVerdict {
  rolloutId: string;
  state: (typeof RUN_STATES)[number];
  /** Every cluster of the rollout once; those that were left out come last. */
  clusters: Omit<ClusterRecord, 'kind'>[];
  /** Over the targets of all clusters, adding up to planned. */
  counts: Counts;
  planned: number;
  startedAt: string;
  endedAt: string;
  /** Why no further cluster was begun. */
  why?: string;
  next?: string;
}

export type JournalRecord = JournalBody & { seq: number; at: string; prev: string };

/** With at most 2 KiB of each output stream. */
export type JournaledOutcome = Outcome;

export interface RunVerdict {
  runId: string;
  /** `recovered`: the goal is reached (every gate of the plan opened), and some targets were missed. */
  state: (typeof RUN_STATES)[number];
  /** Over all steps' targets (apply), adding up to planned. */
  counts: Counts;
  planned: number;
  startedAt: string;
  endedAt: string;
  workstreams: {
    name: string;
    state: StepState | 'waiting';
    startedAt?: string;
    endedAt?: string;
    why?: string;
  }[];
  /** Targets that are not ok, by step; of a recovered run. */
  missed?: { step: string; targets: string[] }[];
  /** The next command to type, such as `fireaxe resume <run>`. */
  next?: string;
}

/** What the views show: the records of the journal, and what is not journaled. */
export type RunEvent =
  | (JournalBody & { at: string })
  | { kind: 'launched'; at: string; step: string; target: string; via: TransportName | 'cloud' }
  | { kind: 'wave'; at: string; step: string; wave: number; of: number; size: number }
  | { kind: 'again'; at: string; step: string; outcome: Outcome; tries: number; pauseMs: number }
  | { kind: 'breach'; at: string; step: string; bad: number; budget: number };

/** The environment a run acts in; all of it is passed in. */
export interface RunEnv {
  kit: Kit;
  /** Where runs are kept: a directory a run. */
  stateDir: string;
  transport(name: TransportName): Promise<Transport>;
  now(): Date;
  /** Milliseconds of a monotonic clock; this machine's clock where absent. */
  elapsed?(): number;
  /** Seconds since this machine was booted: setting its clock does not change them. */
  uptime(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** First Ctrl-C: launch nothing more. */
  stop: AbortSignal;
  /** Second Ctrl-C: stop waiting. */
  stopWaiting: AbortSignal;
  /** The terminal is gone; the run goes on. */
  hungUp?: AbortSignal;
  /** Asks a person; undefined where nobody can answer, or once the signal aborts. Absent: nobody can. */
  ask?(question: Question, signal: AbortSignal): Promise<Answer | undefined>;
  onEvent(event: RunEvent): void;
  /** Told of each call that an action's cloud side makes. */
  onTrace?: OnTrace;
  /** Called when a run is open, with its directory. */
  onOpen?(run: { runId: string; dir: string; records: readonly JournalRecord[] }): void;
  /** Who runs this, such as `alice@bastion-1`. */
  operator: string;
  /** Transports in order, instead of those of the plan and the kit. */
  via?: TransportName[];
  /** How long SSM may take to deliver an order, instead of what the plan says. */
  deliveryMs?: number;
  /** Why a run is resumed or undone, where given. */
  reason?: string;
}

export type { OutcomeState };
