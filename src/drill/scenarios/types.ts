import type { TrafficSwitch } from '../../kit/types.ts';
import type { CloudWorld } from '../cloud/world.ts';
import type { Cluster, ClusterParts } from '../cluster/cluster.ts';

/** An outage to practise. Its folder holds all of it: the world, the goals, the score. The lab knows no scenario. */
export interface Scenario {
  name: string;
  /** One line: what happened. */
  title: string;
  /** Three sentences before it breaks: what will happen, what recovers it, what to watch. */
  intro: readonly [string, string, string];
  /** Why each workstream of its playbook is there, by its name. */
  why: Readonly<Record<string, string>>;
  /** How many clusters the lab has, all alike; default: 1. */
  clusters?: number;
  /** The shipped playbook that recovers it. */
  playbook: string;
  /** The shipped playbook that takes users away before that, and is undone after it. */
  evacuation?: string;
  /** How many workers a cluster has by default. */
  workers: number;
  /** Whether some workers have faults; default: true. */
  faults?: boolean;
  /** What the kit knows of the first cluster, so that the playbook needs no further parameter. */
  kitParameters: Readonly<Record<string, string>>;
  /** Commands to practise with by hand, after `probe` and `nodes`. */
  practice: readonly string[];
  /** Printed below each score: how its seconds compare with real time. */
  scaleNote: string;
  /** Builds the clusters on machines that run; the first one is what breaks. */
  prepare(parts: ClusterParts, others: ClusterParts[]): Promise<Outage>;
}

/** A scenario at work in one lab. */
export interface Outage {
  /** The one that breaks. */
  readonly cluster: Cluster;
  /** What stands in the lab's cloud besides the machines. */
  readonly cloud?: Pick<CloudWorld, 'dns' | 'balancers'>;
  /** Where users' traffic is divided between the clusters, as the kit names it. */
  readonly traffic?: Partial<TrafficSwitch>[];
  /** Starts a healthy cluster, and resolves once its servers answer. */
  start(): Promise<void>;
  /** Breaks it. */
  begin(): void;
  /** Reads the lab's own state and judges it; nothing comes from the tool that is being practised. */
  look(): void;
  report(): Report;
  stop(): void;
}

/** What moves while an outage lasts. Answers and losses are counted since the lab began. */
export interface Pulse {
  /** API servers that are ready. */
  ready: number;
  of: number;
  /** Answers to clients; `bad` are those with 429 or 5xx. */
  good: number;
  bad: number;
  /** User requests lost; absent where the scenario has no users. */
  lost?: number;
  /** Those that a workstream saved; absent where it saved none. */
  saved?: number;
}

/** What one lab reports about its outage. It crosses a process boundary, so it is plain data. */
export interface Report {
  /** The outage is in effect: the recovery may begin. */
  broken: boolean;
  recovered: boolean;
  /** The cluster itself is well, and its users may come back; default: `recovered`. */
  cured?: boolean;
  /** How long it may take to break, on a busy machine too, and what to say where it does not. */
  unbroken: { withinMs: number; message: string; place?: string; expected?: string };
  /** What has happened so far, in order, a line each. */
  story: string[];
  /** The state of this moment in one line. */
  now: string;
  pulse: Pulse;
  /** What the lab saw of each workstream's work, by the workstream's name. */
  bought: Readonly<Record<string, string>>;
  /** The score for people. */
  rows: [name: string, value: string][];
  /** The score as JSON. */
  score: Score;
  /** Further members of `drill status --output json`. */
  status: Record<string, unknown>;
  /** Further members of `drill --output json`, at the top and under `lab`. */
  result: { top: Record<string, unknown>; lab: Record<string, unknown> };
}

/** What every score has. Times are real seconds from the moment the outage was in effect. */
export interface Score {
  scenario: string;
  seed: number;
  workers: number;
  timeScale: number;
  recovered: boolean;
  timeToWindowSeconds: number | null;
  timeToRecoverySeconds: number | null;
}
