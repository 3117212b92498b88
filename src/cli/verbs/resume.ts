import { stateDir } from '../../kit/state-dir.ts';
import { furtherReasonOf } from '../consent.ts';
import { openContext } from '../context.ts';
import { furtherReason, paceOptions, sudoOptions } from '../options.ts';
import { overridesOf } from '../overrides.ts';
import { openKeys, transportsOf } from '../passphrases.ts';
import { runAndShow } from '../run-and-show.ts';
import { defineVerb } from '../types.ts';

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
    'fireaxe runs      # lists the interrupted runs',
  ],
  danger: 'change',
  argument: ['<run>', 'an id from fireaxe runs, its beginning, or last'],
  options: { via: paceOptions.via, delivery: paceOptions.delivery, ...furtherReason, ...sudoOptions },
  async run(args, flags, io) {
    const { via, deliveryMs } = overridesOf({ via: flags.via, delivery: flags.delivery });
    const context = await openContext(flags, io);
    const { looksLikeRun, readRun } = await import('../../run/journal/store.ts');
    const wanted = args[0]!;
    const { runId, records, changed, forked } = await readRun(
      stateDir(context.kit, io.env),
      wanted,
      looksLikeRun(wanted) ? { elsewhere: whereItsJournalIs(wanted) } : {},
    );
    if (changed ?? forked) throw changed ?? forked;
    const first = records[0];
    const plan = first?.kind === 'plan' ? first.plan : undefined;
    if (plan) {
      const { assertResumable } = await import('../../plan/stale.ts');
      assertResumable(plan, runId);
    }
    if (plan) await openKeys(context, plan.cluster, via ? [via] : transportsOf(plan));
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
