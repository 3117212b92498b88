import { actionSteps } from '../plan/steps.ts';
import type { ActionStep, Plan } from '../plan/types.ts';
import type { Outcome } from '../transport/types.ts';
import { holdFloors } from './floors.ts';
import { holdPermitted } from './permitted.ts';
import { openSession } from './session.ts';
import { foundNone } from './step/found-none.ts';
import { runOp } from './step/run-op.ts';
import type { RunEnv } from './types.ts';

export interface CheckResult {
  steps: {
    step: ActionStep;
    outcomes: Outcome[];
    /** What was to be found and is on none of the targets. */
    foundNone?: string;
  }[];
}

/** A true dry run: the check of each step on each target. It journals nothing and changes nothing. */
export async function checkPlan(plan: Plan, env: RunEnv): Promise<CheckResult> {
  const noJournal = { append: async () => {}, close: async () => {} };
  const session = openSession({ runId: `check-${plan.hash.slice(0, 12)}`, dir: '', plan }, noJournal, env);
  holdFloors(plan, session.context.nodes, env.kit.policy.floors);
  holdPermitted(plan, session.context);
  const steps: CheckResult['steps'] = [];
  for (const step of actionSteps(plan)) {
    if (env.stop.aborted) break;
    const bound = session.memory.bound(step);
    const { outcomes } = await runOp(session, bound, {
      op: 'check',
      targets: step.targets,
      journaled: false,
    });
    const none = foundNone(bound, outcomes);
    steps.push({ step, outcomes, ...(none === undefined ? {} : { foundNone: none }) });
  }
  return { steps };
}
