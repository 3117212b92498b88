import type { Cluster, ClusterParts } from '../cluster/cluster.ts';
import type { Site } from '../site.ts';

/** An outage to practise. Its folder holds all of it: the world, the goals, the score. The lab knows no scenario. */
export interface Scenario {
  name: string;
  /** One line: what happened. */
  title: string;
  site: Site;
  /** The shipped playbook that recovers it. */
  playbook: string;
  /** How many workers there are by default. */
  workers: number;
  /** What the kit of this cluster knows, so that the playbook needs no further parameter. */
  kitParameters: Readonly<Record<string, string>>;
  /** Commands to practise with by hand, after `probe` and `nodes`. */
  practice: readonly string[];
  /** Printed below each score: how its seconds compare with real time. */
  scaleNote: string;
  /** Builds the cluster on machines that run. */
  prepare(parts: ClusterParts): Promise<Outage>;
}

/** A scenario at work in one lab. */
export interface Outage {
  readonly cluster: Cluster;
  /** Starts a healthy cluster, and resolves once its servers answer. */
  start(): Promise<void>;
  /** Breaks it. */
  begin(): void;
  /** Reads the lab's own state and judges it; nothing comes from the tool that is being practised. */
  look(): void;
  report(): Report;
  stop(): void;
}

/** What one lab reports about its outage. It crosses a process boundary, so it is plain data. */
export interface Report {
  /** The outage is in effect: the recovery may begin. */
  broken: boolean;
  recovered: boolean;
  /** What to say where it does not break in time. */
  unbroken: { message: string; place?: string; expected?: string };
  /** What has happened so far, in order, a line each. */
  story: string[];
  /** The state of this moment in one line. */
  now: string;
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
