import type { ServerView } from '../control-plane/server-host.ts';
import type { Report, Score } from '../scenarios/types.ts';

/** What a lab tells its owner. */
export interface LabStatus {
  schemaVersion: 1;
  pid: number;
  kit: string;
  /** The one that breaks, and all of them. */
  cluster: string;
  clusters: string[];
  playbook: string;
  /** The playbook that takes users away before that, and is undone after it. */
  evacuation?: string;
  /** Commands to practise with by hand. */
  practice: readonly string[];
  scenarioTitle: string;
  scaleNote: string;
  upSeconds: number;
  servers: ServerView[];
  /** Faults of workers that the seed chose. */
  faults: Record<string, string>;
  report: Report;
}

/** The same with what the scenario adds. */
export interface LabStatusJson extends Omit<LabStatus, 'report' | 'practice'> {
  score: Score & { [ofTheScenario: string]: unknown };
  [ofTheScenario: string]: unknown;
}

/** The same as `drill status --output json` prints it: the parts of the report are on the same level as the rest. */
export function statusJson({ report, practice, ...rest }: LabStatus): LabStatusJson {
  return { ...rest, score: { ...report.score }, ...report.status };
}
