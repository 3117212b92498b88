import type { ServerView } from '../control-plane/server-host.ts';
import type { Sample } from '../judge.ts';
import type { LabScore } from '../score.ts';

/** What a lab tells its owner: everything that its own state says. */
export interface LabStatus {
  schemaVersion: 1;
  pid: number;
  kit: string;
  cluster: string;
  playbook: string;
  scenarioTitle: string;
  scaleNote: string;
  upSeconds: number;
  score: LabScore;
  servers: ServerView[];
  sample: Sample;
  /** The seeded mess. */
  faults: Record<string, string>;
  load: { standsFor: number; overload: number };
}
