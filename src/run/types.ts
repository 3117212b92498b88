import type { BeforeState, Danger, Op } from '../actions/types.ts';
import type { Counts } from '../fanout/types.ts';
import type { TransportName } from '../fleet/types.ts';
import type { Kit } from '../kit/types.ts';
import type { Outcome, OutcomeState, Transport } from '../transport/types.ts';

/** A condition measured on the cluster itself. */
export interface GateSpec {
  /** API servers that must be ready. */
  answering: string;
  /** Largest share of API requests that end 5xx or 429, in percent, between two readings. */
  maxErrorPercent?: number;
  /** Nodes whose kubelet has renewed its lease in time, of all that have one. */
  freshLeases?: string;
  /** How long it must hold (ms). */
  holdsMs: number;
  /** How long it may take (ms). */
  withinMs: number;
  everyMs: number;
}

export interface ActionStep {
  kind: 'action';
  id: string;
  action: string;
  title: string;
  danger: Danger;
  /** As typed, before parsing: what the hash covers and a person reads. */
  params: Record<string, unknown>;
  /** Node names, in launch order. */
  targets: string[];
  waves: number[];
  /** The first wave is one: the others are launched only if it ends well. */
  canary?: true;
  window: number;
  budget: number;
  connectMs: number;
  /** For each phase of the login; plans of earlier versions have none. */
  loginMs?: number;
  runMs: number;
  /** What `--timeout` said: the deadline of each target, with connecting, login, ways and further tries. */
  wholeMs?: number;
  /** How long a target that nothing was sent to is tried again. */
  retryMs?: number;
  /** The gate until whose end targets that nothing was sent to are tried, while the workstream goes on. */
  keepTrying?: string;
  anyOf: boolean;
  /** Must hold between waves. */
  gate?: GateSpec;
  /** Order of transports, over the kit's. */
  via?: TransportName[];
  /** The gate must hold after the step too; where it does not, the step is taken back. */
  rollBack?: boolean;
  irreversible?: string;
  /** It removes the cause of the incident: an undo of the run leaves it out unless it is named. */
  removesCause?: true;
  /** What a person should know before saying yes. */
  warnings?: string[];
}

export interface GateStep {
  kind: 'gate';
  id: string;
  title: string;
  gate: GateSpec;
}

/** Takes back what these steps changed, last first. */
export interface UndoStep {
  kind: 'undo';
  id: string;
  title: string;
  steps: string[];
}

export type Step = ActionStep | GateStep | UndoStep;

export interface Workstream {
  name: string;
  title: string;
  /** Workstreams that must have ended first: all of them well, any one well, or whichever way. */
  needs: { all?: string[]; any?: string[]; ended?: string[] };
  steps: Step[];
}

export interface Plan {
  schemaVersion: 1;
  /** SHA-256 over all other members in canonical JSON. */
  hash: string;
  /** Fireaxe's version. */
  version: string;
  createdAt: string;
  name: string;
  title: string;
  reason: string;
  cluster: string;
  playbook?: { name: string; sha256: string };
  params: Record<string, string>;
  /** SHA-256 of each action's node script. */
  scripts: Record<string, string>;
  fleet: { takenAt: string; source: string; sha256: string };
  workstreams: Workstream[];
}

/** `partial` came to its end with no more failures than were allowed, yet with some: what needs it goes on. */
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
  | { kind: 'kept'; step: string; target: string; ok: boolean; why?: string }
  | { kind: 'undone'; step: string; target: string; ok: boolean; why?: string }
  | {
      kind: 'operator';
      what: 'interrupt' | 'let-go' | 'resume' | 'undo' | 'confirm';
      operator: string;
      text?: string;
    }
  | { kind: 'note'; text: string }
  | { kind: 'end'; verdict: RunVerdict };

export type JournalRecord = JournalBody & { seq: number; at: string; prev: string };

/** Without the output's bulk: at most 2 KiB of each stream. */
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
  /** Where it did not end ok, step by step; of a recovered run. */
  missed?: { step: string; targets: string[] }[];
  /** The next command to type, such as `fireaxe resume <run>`. */
  next?: string;
}

/** What the live view shows: the journal's records, and what is too fleeting for it. */
export type RunEvent =
  | (JournalBody & { at: string })
  | { kind: 'launched'; at: string; step: string; target: string; via: TransportName | 'cloud' }
  | { kind: 'wave'; at: string; step: string; wave: number; of: number; size: number }
  | { kind: 'again'; at: string; step: string; outcome: Outcome; tries: number; pauseMs: number }
  | { kind: 'breach'; at: string; step: string; bad: number; budget: number };

/** The world a run acts in; all of it handed in. */
export interface RunEnv {
  kit: Kit;
  /** Where runs are kept: a directory a run. */
  stateDir: string;
  transport(name: TransportName): Promise<Transport>;
  now(): Date;
  /** Milliseconds that go on evenly, also where this machine's clock is set meanwhile; by that clock where absent. */
  elapsed?(): number;
  /** Seconds since this machine was booted: what no step of its clock changes. */
  uptime(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** First Ctrl-C: launch nothing more. */
  stop: AbortSignal;
  /** Second Ctrl-C: let go. */
  letGo: AbortSignal;
  /** The terminal is gone; the run goes on. */
  hungUp?: AbortSignal;
  onEvent(event: RunEvent): void;
  /** A run is open: where it is kept. */
  onOpen?(run: { runId: string; dir: string; records: readonly JournalRecord[] }): void;
  /** Who runs this, such as `alice@bastion-1`. */
  operator: string;
  /** Why a run is resumed or undone, where that was said. */
  reason?: string;
}

export type { OutcomeState };
