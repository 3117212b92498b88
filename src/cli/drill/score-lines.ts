import type { LabStatus } from '../../drill/process/status.ts';
import { table } from '../output.ts';

/** The score for people, and what its seconds mean. */
export function scoreLines({ report, scaleNote }: LabStatus): string[] {
  return [...table(report.rows), scaleNote];
}
