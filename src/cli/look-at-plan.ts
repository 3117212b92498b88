import type { Plan } from '../plan/types.ts';
import { othersLines } from '../receipts/others.ts';
import type { CliContext } from './context.ts';
import { runEnvironment } from './environment.ts';
import { expiredLeases } from './expired-leases.ts';
import { outcomeLines } from './format/show-outcomes.ts';
import { lostByPlan } from './lost-by-restart.ts';

/** What each node reports that a plan would change there, and what its author should know. Changes nothing. */
export async function look(plan: Plan, context: CliContext) {
  const ended = context.io.inFlight();
  const { env, close } = runEnvironment(context, () => {});
  try {
    const { checkPlan } = await import('../run/check.ts');
    const { steps } = await checkPlan(plan, env);
    const lines = steps.flatMap(({ step, outcomes }) => [`check of ${step.id}:`, ...outcomeLines(outcomes)]);
    const none = steps.flatMap(({ step, foundNone }) => (foundNone ? [`${step.id}: ${foundNone}`] : []));
    const others = othersLines(steps.flatMap(({ outcomes }) => outcomes));
    const warnings = [
      ...none,
      ...others,
      ...(await lostByPlan(plan, context)),
      ...(await expiredLeases(plan, context)),
    ];
    return { steps, lines: [...lines, ...warnings.map((line) => `warning: ${line}`)], none, warnings };
  } finally {
    await close();
    ended();
  }
}
