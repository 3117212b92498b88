import type { NodeReceipts } from '../../receipts/read.ts';
import type { KnownRun, KnownStep, StepOnNode } from '../../receipts/runs.ts';
import type { RolloutTimeline } from '../../report/rollout-timeline.ts';
import type { Timeline } from '../../report/timeline.ts';
import type { RunSummary } from '../../run/journal/store.ts';

/** What the verbs print that tell of runs. */

export interface RunsResult {
  stateDir: string;
  /** Newest first; `log`: the file with its output. */
  runs: (RunSummary & { log?: string })[];
}

/** `inForce`: the change may stand. */
export type StandingStep = Omit<KnownStep, 'nodes'> & {
  nodes: (Omit<StepOnNode, 'order'> & { inForce: boolean })[];
};

export type StandingRun = Omit<KnownRun, 'steps'> & { steps: StandingStep[] };

export interface RunsOnNodesResult {
  cluster: string;
  /** When the nodes were asked. */
  at: string;
  runs: StandingRun[];
  /** Nodes that did not tell all. */
  notKnown: Omit<NodeReceipts, 'receipts'>[];
}

interface OfJournal {
  runId: string;
  /** The chain of its records is whole. */
  intact: boolean;
  /** It is as its writer closed it. */
  sealed: boolean;
  problem?: string;
  /** The file with its output. */
  log?: string;
}

export type TimelineResult = OfJournal & Timeline;
export type RolloutTimelineResult = OfJournal & RolloutTimeline;

export interface ReportResult {
  runId: string;
  format: 'html' | 'md';
  /** The report itself, where no file was named. */
  report?: string;
  file?: string;
  problem?: string;
}
