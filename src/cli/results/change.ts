import type { StandingLease } from '../../actions/fence-network/standing.ts';
import type { RolloutPlan } from '../../plan/rollout/types.ts';
import type { Plan } from '../../plan/types.ts';
import type { RolloutVerdict, RunVerdict } from '../../run/types.ts';
import type { Outcome } from '../../transport/types.ts';
import type { ApiCalls } from '../api-calls.ts';
import type { ClusterPreview } from '../format/rollout-undo.ts';
import type { LeftAsIs } from '../format/undo-preview.ts';
import type { PacedChange } from '../undo-pace.ts';

/** What the verbs print that change something, or would. */

export interface PlanNamed {
  hash: string;
  name: string;
}

/** A run that ended. */
export interface RunResult {
  plan?: PlanNamed;
  /** Absent where the run broke off, as when its journal could no longer be written. `irreversible`: of an undo. */
  verdict?: RunVerdict & { irreversible?: string[] };
  outcomes: (Outcome & { step: string })[];
  apiCalls?: ApiCalls;
}

/** A rollout that ended. */
export interface RolloutResult {
  plan: PlanNamed;
  verdict: RolloutVerdict;
  outcomes: (Outcome & { cluster: string; step: string })[];
  apiCalls?: ApiCalls;
}

/** A plan that was made, and not run. */
export interface PlanResult {
  plan: Plan;
  /** Where it was saved. */
  file?: string;
}

export interface RolloutPlanResult {
  rollout: RolloutPlan;
  /** In the order of its clusters. */
  plans: Plan[];
  file?: string;
}

export interface CheckedStep {
  step: string;
  outcomes: Outcome[];
}

/** What each node reports that it would change. */
export interface DryRunResult {
  dryRun: true;
  plan: Plan;
  check: CheckedStep[];
  warnings?: string[];
}

export interface RolloutDryRunResult {
  dryRun: true;
  rollout: RolloutPlan;
  plans: Plan[];
  /** `why`: the check of the cluster failed. */
  check: { cluster: string; steps: CheckedStep[]; why?: string }[];
}

/** What every verb may print that makes a plan. */
export type ChangeResult =
  | RunResult
  | RolloutResult
  | PlanResult
  | RolloutPlanResult
  | DryRunResult
  | RolloutDryRunResult;

/** What an undo would do, where it did nothing. */
export interface UndoResult {
  dryRun?: true;
  runId: string;
  changes: PacedChange[];
  left: LeftAsIs[];
  warnings?: string[];
  /** What --confirm takes. */
  confirm?: string;
}

export interface RolloutUndoResult {
  dryRun?: true;
  runId: string;
  clusters: ClusterPreview[];
  confirm?: string;
}

/** A fence that stands, and how it can be removed. */
export interface FoundLease extends StandingLease {
  /** Its run has a journal on this machine, by which it is undone. */
  here: boolean;
  /** Commands that remove it. */
  next: string[];
}

export interface SweepResult {
  leases: FoundLease[];
  /** What was printed of each removal. */
  removals?: (RunResult | DryRunResult | UndoResult)[];
}
