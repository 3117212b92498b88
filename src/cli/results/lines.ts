import type { Finding } from '../../doctor/types.ts';
import type { NodeChange } from '../../kit/import/merge.ts';
import type { ClusterReading } from '../../probe/types.ts';
import type { TimelineEntry } from '../../report/timeline.ts';
import type { RunSummary } from '../../run/journal/store.ts';
import type { RunEvent } from '../../run/types.ts';
import type { VerifiedTarget } from '../../run/verify.ts';
import type { Status } from '../../status/types.ts';
import type { Outcome } from '../../transport/types.ts';
import type { FoundLease, SweepResult } from './change.ts';
import type { KitImportResult, ListedPlaybook } from './program.ts';
import type {
  DnsCheckResult,
  LookResult,
  NodesResult,
  ProbeResult,
  ShownCluster,
  ShownNode,
  StatusResult,
  WhoResult,
} from './reading.ts';
import type { RunsOnNodesResult, StandingRun } from './records.ts';
import type { OneOfSeveral, Total } from './several.ts';

/**
 * The lines of --output ndjson before the last: what a line is, its one key tells that the others do not have. With several
 * clusters each line has the cluster, too. The last line is the result, as with --output json.
 */
export interface Lines {
  /** Of a run; its `kind` tells what happened. */
  event: { event: RunEvent; cluster?: string };
  entry: { entry: TimelineEntry & { cluster?: string }; runId: string };
  finding: { finding: Finding };
  change: { change: NodeChange; cluster?: string };
  playbook: { playbook: ListedPlaybook };
  /** Of `clusters`. */
  cluster: { cluster: ShownCluster };
  node: { node: ShownNode; cluster?: string };
  status: { status: Status; cluster: string };
  reading: { reading: ClusterReading; cluster: string };
  outcome: { outcome: Outcome; cluster?: string };
  lease: { lease: FoundLease; cluster?: string };
  /** Of `runs`, and of `runs --on-nodes`. */
  run: { run: RunSummary | StandingRun; cluster?: string };
  /** Of `verify`. */
  target: VerifiedTarget & { runId: string; step: string };
  /** One of several clusters ended. */
  ended: OneRead;
  /** All of them ended; it is the last line then. */
  total: { total: Total };
}

type OneRead =
  | OneOfSeveral<NodesResult>
  | OneOfSeveral<StatusResult>
  | OneOfSeveral<ProbeResult>
  | OneOfSeveral<WhoResult>
  | OneOfSeveral<LookResult>
  | OneOfSeveral<DnsCheckResult>
  | OneOfSeveral<SweepResult>
  | OneOfSeveral<RunsOnNodesResult>
  | OneOfSeveral<KitImportResult>;

export type Line = Lines[keyof Lines];
