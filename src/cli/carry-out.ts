import { usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { actionSteps, askSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import { mustFind } from '../run/step/found-none.ts';
import type { RunEnv } from '../run/types.ts';
import { refuseUnanswered } from './answers.ts';
import { CHANGE_MS } from './certificates.ts';
import { consentFor, obtain } from './consent.ts';
import { type CliContext, planOnly } from './context.ts';
import { credentialsFailure } from './credentials-failure.ts';
import { EXIT } from './exit-codes.ts';
import { expiredLeases } from './expired-leases.ts';
import { type Checks, countLine } from './format/count-line.ts';
import { planLines } from './format/plan.ts';
import { look } from './look-at-plan.ts';
import { nextCommand } from './next-command.ts';
import { openKeys, transportsOf } from './passphrases.ts';
import { runAndShow } from './run-and-show.ts';
import { usesCloud } from './uses-cloud.ts';

/** The one path from a plan to a change: show, check, confirm, run, report. Returns the exit code. */
export async function carryOut(
  plan: Plan,
  context: CliContext,
  /** `once` throws if the plan has run before: someone else may run it while the operator is being asked. */
  how: { saved?: boolean; once?: () => Promise<void> } = {},
): Promise<number> {
  const { sink, io, flags } = context;
  if (flags.dryRun === true && flags.save !== undefined) {
    throw usage('--dry-run does not save a plan', { place: '--save', next: 'leave out --dry-run or --save' });
  }
  if (planOnly(flags) && flags.dryRun !== true) return showPlan(plan, context);
  if (flags.dryRun !== true) refuseUnanswered(askSteps(plan), flags, io);
  const consent = flags.dryRun === true ? undefined : consentFor(plan, flags, io, how.saved);
  await openKeys(context, plan.cluster, transportsOf(plan), usesCloud(plan), CHANGE_MS);
  if (!consent) return dryRun(plan, context);
  for (const line of planLines(plan)) sink.note(line);
  if (consent.kind !== 'ask') noteCount(plan, context);
  else {
    const { steps, lines } = await look(plan, context);
    for (const line of lines) sink.note(line);
    noteCount(plan, context, steps);
    await obtain(consent, io);
    await how.once?.();
  }
  const execute = async (env: RunEnv) => (await import('../run/execute.ts')).execute(plan, env);
  const code = await runAndShow(context, execute, plan);
  // Nobody was told before the change, which must not wait for this.
  if (consent.kind !== 'ask')
    for (const line of await expiredLeases(plan, context)) sink.note(`warning: ${line}`);
  return code;
}

/** What the plan does in all; it stands last, above the question. */
function noteCount(plan: Plan, { sink }: CliContext, checks?: Checks): void {
  const line = countLine(plan, checks);
  if (line !== undefined) sink.note(line);
}

/** Shows the plan, and saves it if --save is given. Contacts no node. */
async function showPlan(plan: Plan, { sink, flags }: CliContext): Promise<number> {
  const file = flags.save;
  const inAll = countLine(plan);
  for (const line of planLines(plan)) sink.text(line);
  if (inAll !== undefined) sink.text(inAll);
  sink.text(`hash ${plan.hash}`);
  if (file !== undefined) {
    const { writePlanFile } = await import('../plan/file.ts');
    await writePlanFile(file, plan);
    // `run` refuses a plan without a reason.
    if (plan.reason === '')
      sink.note('plan saved without a reason, so `run` refuses it; next: add --reason "why"');
    else sink.note(`plan saved; nothing was run; next: ${nextCommand(`fireaxe run ${quote(file)}`, flags)}`);
  }
  sink.json({ plan, ...(file === undefined ? {} : { file }) });
  return EXIT.done;
}

/** Shows the plan and what each node reports that it would change. Changes nothing. */
async function dryRun(plan: Plan, context: CliContext): Promise<number> {
  const { sink } = context;
  for (const line of planLines(plan)) sink.text(line);
  const { lines, steps, none, warnings } = await look(plan, context);
  const inAll = countLine(plan, steps);
  for (const line of lines) sink.text(line);
  if (inAll !== undefined) sink.text(inAll);
  sink.text('dry run: nothing was changed');
  sink.json({
    dryRun: true,
    plan,
    check: steps.map(({ step, outcomes }) => ({ step: step.id, outcomes })),
    ...(warnings.length > 0 ? { warnings } : {}),
  });
  const missed = none.length > 0 && mustFind(plan);
  const ok = !missed && steps.every(({ outcomes }) => outcomes.every((o) => o.state === 'ok'));
  const whole = steps.length === actionSteps(plan).length;
  if (!whole) return EXIT.interrupted;
  if (!ok && credentialsFailure(steps.flatMap(({ outcomes }) => outcomes))) return EXIT.credentials;
  return ok ? EXIT.done : EXIT.targets;
}
