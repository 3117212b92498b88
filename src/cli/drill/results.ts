import type { ServerView } from '../../drill/control-plane/server-host.ts';
import type { LabStatusJson } from '../../drill/process/status.ts';
import type { Plan } from '../../plan/types.ts';
import type { RunVerdict } from '../../run/types.ts';
import type { OutcomeState } from '../../transport/types.ts';
import type { GameScore } from './game-day/score.ts';

export type { LabStatusJson };

/** What the drill prints. Each scenario adds members of its own: these stand for what all have. */

export interface DrillResult {
  scenario: string;
  handsOff: boolean;
  recovered: boolean;
  timeToWindowSeconds: number | null;
  timeToRecoverySeconds: number | null;
  workstreams: {
    name: string;
    state: RunVerdict['workstreams'][number]['state'];
    startedAt: string | null;
    endedAt: string | null;
  }[];
  /** Outcomes, adding up to planned. */
  targets: {
    planned: number;
    ok: number;
    failed: number;
    unreachable: number;
    timedOut: number;
    unknown: number;
    notAttempted: number;
  };
  undone: { step: string; targets: number }[];
  run?: { id: string; state: RunVerdict['state'] };
  evacuation?: { id: string; state: RunVerdict['state']; undone: RunVerdict['state'] | null };
  seed: number;
  workers: number;
  timeScale: number;
  timeScaleNote: string;
  lab: { servers: ServerView[]; faults: Record<string, string>; [ofTheScenario: string]: unknown };
  [ofTheScenario: string]: unknown;
}

export interface ClusterScore {
  cluster: string;
  workers: number;
  recovered: boolean;
  timeToWindowSeconds: number | null;
  timeToRecoverySeconds: number | null;
}

export interface WholeScore {
  /** Clusters. */
  recovered: number;
  of: number;
  /** Until half of the clusters had it, and until the last one; null where some never had it. */
  window: { medianSeconds: number | null; lastSeconds: number | null };
  recovery: { medianSeconds: number | null; lastSeconds: number | null };
}

export interface DrillClustersResult extends WholeScore {
  scenario: string;
  clusters: ClusterScore[];
}

/** Of a drill on a real cluster. */
export interface GameDayResult extends GameScore {
  /** The cluster. */
  on: string;
  /** Recovered or not, and why: begins with `yes` or `no`, or says that nothing was tested. */
  result: string;
  /** Requests of the flood, and those that were answered. */
  calls: number;
  answered: number;
  /** Why it was broken off. */
  aborted: string | null;
  /** Nodes that did not tell that the flood ended there: they end it by themselves. */
  floodLeftOn: string[];
  /** Nodes on which the flood was over before it was ended. */
  floodOverOn: string[];
  /** The playbook, where it began. */
  run?: { id: string; state: RunVerdict['state'] };
}

/** What a drill on a real cluster would do. */
export interface GameDayDryRunResult {
  dryRun: true;
  flood: Plan;
  recovery: Plan;
  /** Which nodes would take the flood. */
  check: { target: string; state: OutcomeState; note: string | null }[];
}

export interface DrillUpResult {
  kit: string;
  pid: number;
  /** The lab as it sees itself. */
  status: LabStatusJson;
}

export interface DrillDownResult {
  stopped: boolean;
}
