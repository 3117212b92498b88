import type {
  DrillClustersResult,
  DrillDownResult,
  DrillResult,
  DrillUpResult,
  GameDayDryRunResult,
  GameDayResult,
  LabStatusJson,
} from '../drill/results.ts';
import type { ChangeResult, RolloutUndoResult, SweepResult, UndoResult } from './change.ts';
import type {
  KitHostsResult,
  KitImportResult,
  KitImportServicesResult,
  KitInitResult,
  PlaybookChecked,
  PlaybooksResult,
  PlaybookText,
  SchemasResult,
  VersionResult,
} from './program.ts';
import type {
  ClustersResult,
  DnsCheckResult,
  DoctorResult,
  ForecastResult,
  LookResult,
  NodesResult,
  NoForecastResult,
  ProbeResult,
  StatusResult,
  VerifyResult,
  WhoResult,
} from './reading.ts';
import type {
  ReportResult,
  RolloutTimelineResult,
  RunsOnNodesResult,
  RunsResult,
  TimelineResult,
} from './records.ts';
import type { OneOrSeveral } from './several.ts';

/** The JSON object that each verb ends with; the schemas of the package are made from it. */
export interface Results {
  doctor: DoctorResult;
  clusters: ClustersResult;
  nodes: OneOrSeveral<NodesResult>;
  status: OneOrSeveral<StatusResult>;
  probe: OneOrSeveral<ProbeResult>;
  who: OneOrSeveral<WhoResult>;
  forecast: ForecastResult | NoForecastResult;
  look: OneOrSeveral<LookResult>;
  sweep: OneOrSeveral<SweepResult>;
  verify: VerifyResult;
  exec: ChangeResult;
  stop: ChangeResult;
  pause: ChangeResult;
  start: ChangeResult;
  fence: ChangeResult;
  readmit: ChangeResult;
  cordon: ChangeResult;
  evacuate: ChangeResult;
  dns: ChangeResult | OneOrSeveral<DnsCheckResult>;
  scale: ChangeResult;
  shrink: ChangeResult;
  kubectl: ChangeResult;
  pace: ChangeResult;
  plan: ChangeResult;
  run: ChangeResult;
  'playbooks list': PlaybooksResult;
  'playbooks show': PlaybookText;
  'playbooks check': PlaybookChecked;
  resume: ChangeResult;
  undo: ChangeResult | UndoResult | RolloutUndoResult;
  runs: RunsResult | OneOrSeveral<RunsOnNodesResult>;
  timeline: TimelineResult | RolloutTimelineResult;
  report: ReportResult;
  'kit init': KitInitResult;
  'kit import': OneOrSeveral<KitImportResult> | KitImportServicesResult;
  'kit hosts': KitHostsResult;
  drill:
    | DrillResult
    | DrillClustersResult
    | GameDayResult
    | GameDayDryRunResult
    | DrillUpResult
    | DrillDownResult
    | LabStatusJson;
  version: VersionResult;
  schema: SchemasResult;
}

export type Result = Results[keyof Results];
