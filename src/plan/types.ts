import type { Danger } from '../actions/types.ts';
import type { TransportName } from '../fleet/transports.ts';

/** A condition measured on the cluster itself. */
export interface GateSpec {
  /** API servers that must be ready. */
  answering: string;
  /** Largest percentage of API requests that end 5xx or 429 between two readings. */
  maxErrorPercent?: number;
  /** Share of nodes whose kubelet has renewed its lease in time. */
  freshLeases?: string;
  /** Share of the control-plane hosts whose etcd member calls itself healthy. */
  etcdHealthy?: string;
  /** What the nodes that come back must look like. */
  nodes?: NodesSpec;
  /** How long it must hold. */
  holdsMs: number;
  /** So many calm readings in a row open it before `holdsMs` is over. */
  calmReadings?: number;
  /** How long it may take to hold. */
  withinMs: number;
  everyMs: number;
}

/** What nodes must look like, read on the nodes themselves: those that come back. */
export interface NodesSpec {
  /** Nodes that must be within every limit: `N` or `N%` of those that are read. */
  calm: string;
  /** Most nodes that are read. */
  sample: number;
  /** Which; absent where only the run knows them, as an undo does. */
  names?: string[];
  limits: NodeLimits;
}

/** The most that a calm node has of each. */
export interface NodeLimits {
  /** Image pulls under way. */
  pulls: number;
  /** Pulls that failed in a minute. */
  failed: number;
  /** Of them, pulls that the registry answered with 429 or not at all. */
  registry: number;
  /** Pods of which no container runs. */
  waiting: number;
  /** Containers that start again in a minute. */
  restarts: number;
  /** `N%` of its speed, or `N` Mbit/s. */
  uplink: string;
  conntrackPercent: number;
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
  /** The first wave is a canary: the others are launched only if it succeeds. */
  canary?: true;
  /** Most calls in flight: a target each, except over SSM. */
  parallel: number;
  /** Nobody said how many: targets log in ahead of their turn, as many as the hosts and this machine bear. */
  adaptive?: true;
  /** Most targets of one call, where a transport of the step takes several. */
  perCall?: number;
  /** Failures allowed. */
  budget: number;
  connectMs: number;
  /** For each phase of the login; absent in plans of early versions. */
  loginMs?: number;
  runMs: number;
  /** How long SSM may take to deliver an order, where that was said. */
  deliveryMs?: number;
  /** What `--timeout` said: the deadline of each target, with connecting, login, transports and retries. */
  wholeMs?: number;
  /** How long a target that nothing was sent to is retried. */
  retryMs?: number;
  /** A gate: targets that nothing was sent to are retried until it is over, while the workstream goes on. */
  keepTrying?: string;
  anyOf: boolean;
  /** Must hold between waves. */
  gate?: GateSpec;
  /** Transports in order, instead of the kit's. */
  via?: TransportName[];
  /** The gate must hold after the step too; otherwise the step is undone. */
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

/** Undoes what these steps changed, newest first. */
export interface UndoStep {
  kind: 'undo';
  id: string;
  title: string;
  steps: string[];
  onceGone?: OnceGone;
}

/** A node is undone once none of these pods is left on it. */
export interface OnceGone {
  /** As typed: `namespace/key=value`. */
  pods: string;
  /** Their raw path, with the selector. */
  path: string;
  withinMs: number;
  everyMs: number;
}

/** Waits until a person answers yes. */
export interface AskStep {
  kind: 'ask';
  id: string;
  title: string;
  /** The question. */
  text: string;
  withinMs: number;
}

export type Step = ActionStep | GateStep | UndoStep | AskStep;

export interface Workstream {
  name: string;
  title: string;
  /** Workstreams that must end first: all of them successfully, any one successfully, or in any state. */
  needs: { all?: string[]; any?: string[]; ended?: string[] };
  steps: Step[];
}

/** What this Fireaxe writes, runs and resumes. */
export const PLAN_SCHEMA = 2;

export interface Plan {
  /** 1 in the journal of a run that an earlier Fireaxe made: it can be read and undone (plan/version-1.ts). */
  schemaVersion: 1 | typeof PLAN_SCHEMA;
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
  /** The run of another journal that it undoes: under that name the nodes keep their receipts. */
  receiptsOf?: string;
}
