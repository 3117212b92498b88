import type { RolloutFile } from '../../plan/rollout/file.ts';
import type { Plan } from '../../plan/types.ts';
import type { Failure } from './failure.ts';
import type { Lines } from './lines.ts';
import type { Results } from './results.ts';

/** Types of which the package has JSON Schemas: the tests make them from here. */
export interface Published {
  results: Results;
  lines: Lines;
  failure: Failure;
  /** What `--save FILE` writes: of one cluster, or of several. */
  plan: Plan | RolloutFile;
}
