import type { Danger } from '../actions/types.ts';
import type { TransportName } from '../fleet/transports.ts';

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
