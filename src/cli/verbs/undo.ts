import { usage } from '../../base/errors.ts';
import { expandNodeset } from '../../fleet/nodeset.ts';
import { RUN } from '../arguments.ts';
import { carryOutUndo, phraseFor } from '../carry-out-undo.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { previewLines, previewOf } from '../format/undo-preview.ts';
import { nextCommand } from '../next-command.ts';
import { grouped, parsed, toggle, value, values } from '../option.ts';
import { furtherReason, paceOptions, sudoOptions, waveOptions, wholeNumber } from '../options.ts';
import { refuseRolloutFlags, rolloutOptions } from '../rollout/options.ts';
import { refuseUnknownNode, refuseUnknownStep } from '../run-scope.ts';
import { defineVerb } from '../types.ts';
import { onceGoneOf, paceOf, scopeOptions, withPace } from '../undo-pace.ts';
import { fromJournal, fromNodes } from '../undo-source.ts';

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
    'fireaxe undo 20261120T101500Z --from-nodes              # the journal is on another machine',
    'fireaxe undo last --canary 1 --wave 10% --pause 30s --max-failures 2',
    'fireaxe undo last --gate 10s                            # only while all API servers answer',
    'fireaxe undo last --gate 10s --gate-nodes 90%           # and only while the nodes that are back are calm',
    'fireaxe undo last --once-gone monitoring/app=agent      # a held offender, when its pods are deleted',
    'fireaxe undo last --canary 0 --wave 100% --pause 0s     # all at once',
  ],
  danger: 'change',
  argument: RUN,
  missing: (argv) =>
    argv.includes('--from-nodes') ? { expected: 'the id of a run', next: 'fireaxe runs --on-nodes' } : {},
  options: {
    ...grouped('Which run:', {
      fromNodes: toggle('--from-nodes', 'undo by the receipts on the nodes: needs no journal'),
    }),
    cluster: values('-c, --cluster <name>', 'these clusters of a rollout; with --from-nodes: the one'),
    ...scopeOptions,
    ...waveOptions,
    ...paceOptions,
    ...grouped('How fast:', {
      parallel: parsed('--parallel <N>', 'most nodes at a time', wholeNumber, { default: 'as in the run' }),
      maxFailures: value('--max-failures <N|N%>', 'failed nodes allowed; one more aborts', {
        default: 'no limit',
      }),
    }),
    ...rolloutOptions,
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
    const { sink } = context;
    const { step: steps, include, nodes } = flags;
    const targets = nodes === undefined ? undefined : expandNodeset(nodes);
    const scope = { ...(steps && { steps }), ...(include && { include }), ...(targets && { targets }) };
    const source = await (flags.fromNodes === true ? fromNodes : fromJournal)(context, args[0]!);
    const { runId, records, warnings } = source;
    for (const note of source.notes) sink.note(note);
    for (const warning of warnings) sink.note(`warning: ${warning}`);
    if (source.rollout) {
      const { undoWholeRollout } = await import('../rollout/undo.ts');
      const [pace, onceGone] = [paceOf(flags), onceGoneOf(flags)];
      return undoWholeRollout(runId, source.rollout, context, {
        ...scope,
        pace,
        ...(onceGone && { onceGone }),
      });
    }
    refuseRolloutFlags(flags, runId);
    const told = warnings.length > 0 ? { warnings } : {};
    const nothing = source.partial ? EXIT.targets : EXIT.done;
    refuseUnknownStep(records, steps, runId, '--step');
    refuseUnknownStep(records, include, runId, '--include');
    refuseUnknownNode(records, targets, runId);
    const pace = paceOf(flags);
    const onceGone = onceGoneOf(flags);
    const preview = previewOf(records, scope);
    const { left } = preview;
    const changes = await withPace(preview.changes, records, pace);
    if (onceGone && changes.length > 0 && !changes.some(({ action }) => action === 'stop')) {
      throw usage('nothing of this undo holds pods', {
        place: '--once-gone',
        expected: 'a run with a step of the action stop',
      });
    }
    const print = flags.dryRun === true ? sink.text : sink.note;
    for (const line of previewLines(source.title, changes, left)) print(line);
    if (onceGone) print(`  holds: each node once no pod of ${onceGone.pods} is left on it (--within)`);
    const possible = changes.filter((c) => c.irreversible === undefined);
    const phrase = phraseFor(records, possible);
    if (flags.dryRun === true) {
      const severe = possible.some(({ danger }) => danger === 'severe');
      if (severe) sink.text(`severe: takes --confirm "${phrase}"`);
      sink.json({ dryRun: true, runId, changes, left, ...told, ...(severe && { confirm: phrase }) });
      return EXIT.done;
    }
    if (changes.length === 0) {
      sink.json({ runId, changes, left, ...told });
      return nothing;
    }
    if (possible.length === 0) {
      sink.note('nothing can be undone');
      const look = flags.fromNodes === true ? 'fireaxe runs --on-nodes' : `fireaxe timeline ${runId}`;
      sink.note(`next: ${nextCommand(look, flags)}`);
      sink.json({ runId, changes, left, ...told });
      return EXIT.targets;
    }
    const code = await carryOutUndo(context, source, { changes, pace, onceGone, ...scope });
    if (!source.partial || code !== EXIT.done) return code;
    sink.note(`some of it is left, see the warnings; next: ${nextCommand('fireaxe runs --on-nodes', flags)}`);
    return EXIT.targets;
  },
});
