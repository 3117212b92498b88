import type { Plan } from '../run/types.ts';
import { consentFor, obtain } from './consent.ts';
import type { CliContext } from './context.ts';
import { runEnvironment } from './environment.ts';
import { EXIT } from './exit-codes.ts';
import { actionSteps, planLines } from './plan-view.ts';
import { runAndShow } from './run-and-show.ts';
import { outcomeLines } from './show-outcomes.ts';

/** The one path from a plan to a change: show it, look, ask, run, tell how it ended. Gives the exit code. */
export async function carryOut(
  plan: Plan,
  context: CliContext,
  how: { saved?: boolean } = {},
): Promise<number> {
  const { sink, io, flags } = context;
  if (flags.dryRun === true) return dryRun(plan, context);
  const consent = consentFor(plan, flags, io, how.saved);
  for (const line of planLines(plan)) sink.note(line);
  if (consent.kind === 'ask') {
    for (const line of (await look(plan, context)).lines) sink.note(line);
    await obtain(consent, io);
  }
  return runAndShow(context, async (env) => (await import('../run/execute.ts')).execute(plan, env), plan);
}

/** Shows the plan and what each node says it would change. Nothing is changed. */
async function dryRun(plan: Plan, context: CliContext): Promise<number> {
  const { sink } = context;
  for (const line of planLines(plan)) sink.text(line);
  const { lines, steps } = await look(plan, context);
  for (const line of lines) sink.text(line);
  sink.text('dry run: nothing was changed');
  sink.json({
    dryRun: true,
    plan,
    check: steps.map(({ step, outcomes }) => ({ step: step.id, outcomes })),
  });
  const good = steps.every(({ outcomes }) => outcomes.every((o) => o.state === 'ok'));
  const whole = steps.length === actionSteps(plan).length;
  if (!whole) return EXIT.interrupted;
  return good ? EXIT.done : EXIT.targets;
}

async function look(plan: Plan, context: CliContext) {
  const { env, close } = runEnvironment(context, () => {});
  try {
    const { checkPlan } = await import('../run/check.ts');
    const { steps } = await checkPlan(plan, env);
    const lines = steps.flatMap(({ step, outcomes }) => [`check of ${step.id}:`, ...outcomeLines(outcomes)]);
    return { steps, lines };
  } finally {
    await close();
  }
}
