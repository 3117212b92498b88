import { stateDir } from '../../kit/state-dir.ts';
import { askSteps } from '../../plan/steps.ts';
import { RolloutMemory } from '../../run/rollout-memory.ts';
import { answeredIn, refuseUnanswered } from '../answers.ts';
import { RUN } from '../arguments.ts';
import { CHANGE_MS } from '../certificates.ts';
import { furtherReasonOf } from '../consent.ts';
import { openContext } from '../context.ts';
import { answerOptions, furtherReason, paceOptions, sudoOptions } from '../options.ts';
import { overridesOf } from '../overrides.ts';
import { openKeys, transportsOf } from '../passphrases.ts';
import { memberNamed, ofOneCluster } from '../rollout/member.ts';
import { refuseRolloutFlags, rolloutOptions } from '../rollout/options.ts';
import { runAndShow } from '../run-and-show.ts';
import { defineVerb } from '../types.ts';
import { usesCloud } from '../uses-cloud.ts';

/** What a node did is not all that a resume needs: it goes by the journal alone. */
const whereItsJournalIs = (run: string) => ({
  what: `cannot resume ${run}: its journal is not on this machine, and only the journal tells what is left to do`,
  next: `resume it where it was begun; or undo it from here: fireaxe undo ${run} --from-nodes`,
});

export default defineVerb({
  name: 'resume',
  summary:
    'Continue an interrupted run: nodes that may have run it are asked for a receipt, nothing runs twice',
  examples: [
    'fireaxe resume last',
    'fireaxe resume 20261120T101500Z-stop-1a2b',
    'fireaxe resume last --via ssh',
    'fireaxe resume last --max-failed-clusters 2     # a rollout, past clusters that failed',
    'fireaxe resume last -c prod-1                   # of a rollout: one cluster alone',
    'fireaxe runs      # lists the interrupted runs',
  ],
  danger: 'change',
  argument: RUN,
  options: {
    ...ofOneCluster,
    ...answerOptions,
    via: paceOptions.via,
    delivery: paceOptions.delivery,
    maxFailedClusters: rolloutOptions.maxFailedClusters,
    ...furtherReason,
    ...sudoOptions,
  },
  async run(args, flags, io) {
    const { via, deliveryMs } = overridesOf({ via: flags.via, delivery: flags.delivery });
    const context = await openContext(flags, io);
    const { looksLikeRun, readRun } = await import('../../run/journal/store.ts');
    const wanted = args[0]!;
    const directory = stateDir(context.kit, io.env);
    const naming = looksLikeRun(wanted) ? { elsewhere: whereItsJournalIs(wanted) } : {};
    const named = await memberNamed(directory, wanted, flags.cluster, naming);
    const { runId, records, changed, forked } = await readRun(directory, named, naming);
    if (changed ?? forked) throw changed ?? forked;
    const rollout = RolloutMemory.of(records);
    if (rollout) {
      const { resumeWholeRollout } = await import('../rollout/resume.ts');
      const { maxFailedClusters } = flags;
      return resumeWholeRollout(runId, rollout, context, {
        ...(via && { via }),
        ...(deliveryMs && { deliveryMs }),
        maxFailedClusters,
      });
    }
    refuseRolloutFlags(flags, runId);
    const first = records[0];
    const plan = first?.kind === 'plan' ? first.plan : undefined;
    if (plan) {
      const { assertResumable } = await import('../../plan/stale.ts');
      assertResumable(plan, runId);
    }
    if (plan) refuseUnanswered(askSteps(plan), flags, io, { answered: answeredIn(records) });
    if (plan)
      await openKeys(context, plan.cluster, via ? [via] : transportsOf(plan), usesCloud(plan), CHANGE_MS);
    const { resumeRun } = await import('../../run/resume.ts');
    return runAndShow(
      context,
      (env) =>
        resumeRun(runId, {
          ...env,
          ...(via && { via }),
          ...(deliveryMs && { deliveryMs }),
          ...furtherReasonOf(flags),
        }),
      plan,
    );
  },
});
