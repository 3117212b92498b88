import { stat } from 'node:fs/promises';
import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { openClusters } from '../../kit/clusters/opened.ts';
import { isPath } from '../../playbook/find.ts';
import { carryOut } from '../carry-out.ts';
import { furtherReasonOf, reasonOf } from '../consent.ts';
import { type CliContext, type Flags, openContext } from '../context.ts';
import { flagOf, toggle } from '../option.ts';
import { answerOptions, changeOptions, paceOptions, parameterOptions, targetOptions } from '../options.ts';
import { playbookPlans } from '../playbook-plan.ts';
import { carryOutOnClusters } from '../rollout/one-or-many.ts';
import { refuseSecondRun } from '../run-once.ts';
import { defineVerb } from '../types.ts';

const SURVIVES = `
A run survives the loss of its terminal (nohup, a closed connection): it continues, and output.log beside its
journal has what it would have shown. SIGINT and SIGTERM interrupt it.`;

export default defineVerb({
  name: 'run',
  summary: 'Run a saved plan, or a playbook by name or path',
  examples: [
    'fireaxe run control-plane-lockout -c prod-1 --reason INC-42',
    'fireaxe run shed-load -c prod-1 -p process=telemetryd --reason INC-42',
    'fireaxe run shed.plan                          # a plan saved by fireaxe plan --save',
    'fireaxe run shed-load -c prod-1 --dry-run',
    'fireaxe run ./own.yaml -c prod-1 --reason INC-42 --answer approve=yes',
  ],
  danger: 'severe',
  argument: [
    '<plan-or-playbook>',
    'a saved plan, a playbook name, or a path to a YAML file',
    'fireaxe playbooks list',
  ],
  options: {
    ...parameterOptions,
    ...answerOptions,
    again: toggle('--again', 'run a saved plan that already ran'),
    ...targetOptions,
    ...paceOptions,
    ...changeOptions,
  },
  notes: SURVIVES,
  async run(args, flags, io) {
    const wanted = args[0]!;
    const context = await openContext(flags, io);
    if (await isPlanFile(wanted)) return runSaved(wanted, context, flags.again === true);
    if (flags.again === true)
      throw usage('--again is only for a saved plan: a playbook makes a new one each time', {
        place: '--again',
        next: 'leave out --again',
      });
    const { playbook, planFor } = await playbookPlans(wanted, context, () => reasonOf(flags));
    return carryOutOnClusters(context, planFor, playbook);
  },
});

/** Flags cannot change what a saved plan says: that takes a new plan. */
async function runSaved(file: string, context: CliContext, again: boolean): Promise<number> {
  const { readPlanFile } = await import('../../plan/file.ts');
  const { assertFresh } = await import('../../plan/stale.ts');
  const { cluster: _, ...fixed } = { ...targetOptions, ...paceOptions, ...parameterOptions };
  const changed = Object.entries(fixed).find(([name]) => context.flags[name as keyof Flags] !== undefined);
  if (changed) {
    throw usage('a saved plan runs unchanged', {
      place: flagOf(changed[1]),
      next: 'make a new plan with this flag: fireaxe plan … --save FILE',
    });
  }
  const { readRolloutFile } = await import('../../plan/rollout/file.ts');
  const rollout = await readRolloutFile(file);
  if (rollout) {
    const { runSavedRollout } = await import('../rollout/run-saved.ts');
    return runSavedRollout(file, rollout, context, again);
  }
  const plan = await readPlanFile(file);
  const typedWords = {
    cluster: context.flags.cluster?.join(),
    reason: furtherReasonOf(context.flags).reason,
  };
  for (const flag of ['cluster', 'reason'] as const) {
    const typed = typedWords[flag];
    if (typed === undefined || typed === plan[flag] || (flag === 'reason' && !plan.reason)) continue;
    throw usage(`--${flag} does not match the plan`, {
      place: `--${flag}`,
      expected: `--${flag} ${quote(plan[flag])}, or leave it out`,
      next: 'make a new plan with this flag: fireaxe plan … --save FILE',
    });
  }
  await openClusters(context.kit, [plan.cluster]);
  assertFresh(plan, { kit: context.kit, now: context.io.now(), place: file });
  if (!plan.reason && context.flags.dryRun !== true) {
    throw usage('the plan has no reason', { place: file, next: 'make a new plan with --reason "why"' });
  }
  const once = async () => {
    if (!again) await refuseSecondRun(plan, file, context);
  };
  if (context.flags.dryRun !== true) await once();
  return carryOut(plan, context, { saved: true, once });
}

/** A saved plan is any file but YAML; anything else is a playbook's name or path. Throws where it can only be a file that is missing. */
async function isPlanFile(word: string): Promise<boolean> {
  if (/\.ya?ml$/.test(word)) return false;
  const found = await stat(word).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error && found.code === 'ENOENT' && isPath(word))
    throw usage(`there is no file ${word}`, {
      place: word,
      expected: 'a saved plan, a playbook name, or a path to a YAML file',
      next: 'save one: fireaxe plan … --save FILE',
    });
  return !(found instanceof Error) && found.isFile();
}
