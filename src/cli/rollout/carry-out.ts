import { mapAtOnce } from '../../base/at-once.ts';
import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { systemWords } from '../../base/system-error.ts';
import { domainsIn } from '../../kit/clusters/domains.ts';
import type { RolloutCluster } from '../../plan/rollout/types.ts';
import { askSteps } from '../../plan/steps.ts';
import type { Plan } from '../../plan/types.ts';
import { mustFind } from '../../run/step/found-none.ts';
import type { Outcome } from '../../transport/types.ts';
import { refuseUnansweredRollout } from '../answers.ts';
import { obtain } from '../consent.ts';
import { type CliContext, planOnly } from '../context.ts';
import { credentialsFailure } from '../credentials-failure.ts';
import { EXIT } from '../exit-codes.ts';
import { expiredLeases } from '../expired-leases.ts';
import { rolloutLines } from '../format/rollout.ts';
import { look } from '../look-at-plan.ts';
import { nextCommand } from '../next-command.ts';
import { consentForRollout } from './consent.ts';
import type { Rollout } from './make.ts';
import { isUndoable, runRolloutAndShow } from './run-and-show.ts';
import { keysOf, unlockClusters } from './unlock.ts';

/** The path from a plan over several clusters to their changes, as `carryOut` is for one. Returns the exit code. */
export async function carryOutRollout(
  made: Rollout,
  context: CliContext,
  how: { saved?: boolean; once?: () => Promise<void> } = {},
): Promise<number> {
  const { sink, io, flags } = context;
  const { rollout, plans } = made;
  if (flags.dryRun === true && flags.save !== undefined)
    throw usage('--dry-run does not save a plan', { place: '--save', next: 'leave out --dry-run or --save' });
  if (planOnly(flags) && flags.dryRun !== true) return showRollout(made, context);
  if (flags.dryRun !== true) refuseUnansweredRollout([...plans.values()].flatMap(askSteps), flags, io);
  const consent = flags.dryRun === true ? undefined : consentForRollout(made, flags, io, how.saved);
  // Opening the clusters takes its time, and keys may be asked for.
  if (consent) for (const line of rolloutLines(rollout, plans)) sink.note(line);
  await unlockClusters(
    context,
    rollout.clusters.map(({ name }) => name),
    (cluster) => keysOf(plans.get(cluster)!),
  );
  if (!consent) return dryRun(made, context);
  if (consent.kind === 'ask') {
    for (const { lines } of await checkAll(made, context)) for (const line of lines) sink.note(line);
    await obtain(consent, io);
    await how.once?.();
  }
  const { executeRollout } = await import('../../rollout/execute.ts');
  const code = await runRolloutAndShow(
    context,
    rollout,
    (env) => executeRollout(rollout, async (cluster) => plans.get(cluster)!, env),
    { undoable: [...plans.values()].some(isUndoable) },
  );
  if (consent.kind !== 'ask') await noteLeases(made, context);
  return code;
}

/** Shows the rollout, and saves it if --save is given. Contacts no node. */
async function showRollout({ rollout, plans }: Rollout, { sink, flags }: CliContext): Promise<number> {
  const file = flags.save;
  for (const line of rolloutLines(rollout, plans)) sink.text(line);
  sink.text(`hash ${rollout.hash}`);
  if (file !== undefined) {
    const { writeRolloutFile } = await import('../../plan/rollout/file.ts');
    await writeRolloutFile(file, { rollout, plans: inOrder({ rollout, plans }) });
    if (rollout.reason === '')
      sink.note('plan saved without a reason, so `run` refuses it; next: add --reason "why"');
    else sink.note(`plan saved; nothing was run; next: ${nextCommand(`fireaxe run ${quote(file)}`, flags)}`);
  }
  sink.json({ rollout, plans: inOrder({ rollout, plans }), ...(file === undefined ? {} : { file }) });
  return EXIT.done;
}

const inOrder = ({ rollout, plans }: Rollout): Plan[] => rollout.clusters.map(({ name }) => plans.get(name)!);

/** Shows what each node of each cluster reports that it would change. Changes nothing. */
async function dryRun(made: Rollout, context: CliContext): Promise<number> {
  const { sink, io } = context;
  for (const line of rolloutLines(made.rollout, made.plans)) sink.text(line);
  const checks = await checkAll(made, context);
  for (const { lines } of checks) for (const line of lines) sink.text(line);
  sink.text('dry run: nothing was changed');
  sink.json({
    dryRun: true,
    rollout: made.rollout,
    plans: inOrder(made),
    check: checks.map(({ cluster, steps, why }) => ({
      cluster,
      steps,
      ...(why === undefined ? {} : { why }),
    })),
  });
  if (io.stop.aborted) return EXIT.interrupted;
  const outcomes = checks.flatMap(({ steps }) => steps.flatMap((step) => step.outcomes));
  if (credentialsFailure(outcomes)) return EXIT.credentials;
  return checks.every(({ ok }) => ok) && made.rollout.leftOut.length === 0 ? EXIT.done : EXIT.targets;
}

interface Checked {
  cluster: string;
  lines: string[];
  ok: boolean;
  steps: { step: string; outcomes: Outcome[] }[];
  warnings: string[];
  why?: string;
}

/** The check of each plan; one that fails is a line of its cluster. */
function checkAll({ rollout, plans }: Rollout, context: CliContext): Promise<Checked[]> {
  const { clusters, parallel } = rollout;
  const domainsOf = domainsIn(context.kit);
  const check = async ({ name: cluster }: RolloutCluster): Promise<Checked> => {
    const plan = plans.get(cluster)!;
    try {
      const { steps, lines, none, warnings } = await look(plan, context);
      const missed = none.length > 0 && mustFind(plan);
      const ok = !missed && steps.every(({ outcomes }) => outcomes.every(({ state }) => state === 'ok'));
      const checks = steps.map(({ step, outcomes }) => ({ step: step.id, outcomes }));
      return { cluster, lines: lines.map((line) => `${cluster}: ${line}`), ok, steps: checks, warnings };
    } catch (error) {
      const why = systemWords(error);
      return { cluster, lines: [`warning: ${cluster}: ${why}`], ok: false, steps: [], warnings: [], why };
    }
  };
  return mapAtOnce(clusters, parallel, check, ({ name }) => domainsOf(name));
}

/** Fences of other operators that stand beyond their time: nobody was told before the change, which must not wait. */
async function noteLeases({ rollout, plans }: Rollout, context: CliContext): Promise<void> {
  await mapAtOnce(rollout.clusters, rollout.parallel, async ({ name }) => {
    for (const line of await expiredLeases(plans.get(name)!, context))
      context.sink.note(`warning: ${name}: ${line}`);
  });
}
