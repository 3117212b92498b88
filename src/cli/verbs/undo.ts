import { expandNodeset } from '../../fleet/nodeset.ts';
import { stateDir } from '../../kit/state-dir.ts';
import { confirmPhrase, consentForUndo, furtherReasonOf, obtain } from '../consent.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { previewLines, previewOf } from '../format/undo-preview.ts';
import { nextCommand } from '../next-command.ts';
import { grouped, parsed, toggle, value } from '../option.ts';
import { furtherReason, paceOptions, sudoOptions, waveOptions, wholeNumber } from '../options.ts';
import { openKeys, transportsOf } from '../passphrases.ts';
import { runAndShow } from '../run-and-show.ts';
import { refuseUnknownNode, refuseUnknownStep } from '../run-scope.ts';
import { defineVerb } from '../types.ts';
import { paceOf, sameWords, scopeOptions, withPace } from '../undo-pace.ts';

const PACE = `
An undo is a change of its own. A severe one (of scale, readmit or a deleted object) takes --confirm or a typed
answer; --yes is enough for fence, stop, pause, cordon and shrink. A step that removed the cause is left out unless
--include or --step names it.

By default shrink is undone slowly: one node, then 10% at a time, with 10s after each wave (--pause); everything
else at once. If the canary is reached and fails, the undo stops (exit 7). Other failures stop it only with
--max-failures.`;

export default defineVerb({
  name: 'undo',
  summary: 'Undo what a run changed, newest change first, to the state found before it',
  examples: [
    'fireaxe undo last',
    'fireaxe undo last --dry-run',
    'fireaxe undo 20261120T101500Z --step fence --yes',
    'fireaxe undo last --step scale --confirm "prod-1 3"     # a severe undo needs its own consent',
    'fireaxe undo last --include remove                      # also restores the cause that the run removed',
    "fireaxe undo last --nodes 'n[1-3]'",
    'fireaxe undo last --canary 1 --wave 10% --pause 30s --max-failures 2',
    'fireaxe undo last --canary 0 --wave 100% --pause 0s     # all at once',
  ],
  danger: 'change',
  argument: ['<run>', 'an id from fireaxe runs, its beginning, or last'],
  options: {
    ...scopeOptions,
    ...waveOptions,
    ...paceOptions,
    ...grouped('How fast:', {
      parallel: parsed('--parallel <N>', 'most nodes at a time', wholeNumber, { default: 'as in the run' }),
      maxFailures: value('--max-failures <N|N%>', 'failed nodes allowed; one more aborts', {
        default: 'no limit',
      }),
    }),
    ...furtherReason,
    ...grouped('The change:', {
      dryRun: toggle('--dry-run', 'show what would be undone and the consent it takes; change nothing'),
      yes: toggle('-y, --yes', 'do not ask for confirmation; not enough for a severe undo'),
      confirm: value('--confirm <"cluster count">', 'consent to a severe undo, such as "prod-1 3"'),
    }),
    ...sudoOptions,
  },
  notes: PACE,
  async run(args, flags, io) {
    const context = await openContext(flags, io);
    const { sink, kit } = context;
    const { readRun } = await import('../../run/journal/store.ts');
    const { runId, records, changed, forked } = await readRun(stateDir(kit, io.env), args[0]!);
    // A dry run shows what can still be read, for an undo by hand.
    if (changed && !(flags.dryRun === true && records[0]?.kind === 'plan')) throw changed;
    if (changed) sink.note(`warning: ${changed.message}`);
    if (forked) sink.note(`warning: ${forked.message}: what either writer recorded is undone`);
    const { step: steps, include, nodes } = flags;
    const targets = nodes === undefined ? undefined : expandNodeset(nodes);
    refuseUnknownStep(records, steps, runId, '--step');
    refuseUnknownStep(records, include, runId, '--include');
    refuseUnknownNode(records, targets, runId);
    const pace = paceOf(flags);
    const scope = { ...(steps && { steps }), ...(include && { include }), ...(targets && { targets }) };
    const preview = previewOf(records, scope);
    const { left } = preview;
    const changes = await withPace(preview.changes, records, pace);
    const print = flags.dryRun === true ? sink.text : sink.note;
    for (const line of previewLines(runId, changes, left)) print(line);
    const possible = changes.filter((c) => c.irreversible === undefined);
    const cluster = records[0]?.kind === 'plan' ? records[0].plan.cluster : '';
    const phrase = confirmPhrase(cluster, new Set(possible.flatMap((c) => c.targets)).size);
    if (flags.dryRun === true) {
      const severe = possible.some(({ danger }) => danger === 'severe');
      if (severe) sink.text(`severe: takes --confirm "${phrase}"`);
      sink.json({ dryRun: true, runId, changes, left, ...(severe && { confirm: phrase }) });
      return EXIT.done;
    }
    if (changes.length === 0) {
      sink.json({ runId, changes, left });
      return EXIT.done;
    }
    if (possible.length === 0) {
      sink.note('nothing can be undone');
      sink.note(`next: ${nextCommand(`fireaxe timeline ${runId}`, flags)}`);
      sink.json({ runId, changes, left });
      return EXIT.targets;
    }
    await obtain(consentForUndo({ runId, cluster, changes: possible }, flags, io), io);
    if (records[0]?.kind === 'plan') {
      const { plan } = records[0];
      await openKeys(context, plan.cluster, pace.via ? [pace.via] : transportsOf(plan));
    }
    const { undoRun } = await import('../../run/undo/undo.ts');
    return runAndShow(context, async (env) => {
      const shown = changes.map(({ step }) => step);
      const verdict = await undoRun(runId, { ...env, ...furtherReasonOf(flags) }, { pace, shown, ...scope });
      // The next undo repeats the scope and pace of this one.
      const again = verdict.next?.startsWith('fireaxe undo ');
      return again ? { ...verdict, next: [verdict.next, ...sameWords(flags)].join(' ') } : verdict;
    });
  },
});
