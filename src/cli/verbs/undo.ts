import { nodesText } from '../../base/counts-line.ts';
import { FireaxeError, usage } from '../../base/errors.ts';
import { foldLine } from '../../base/fold-names.ts';
import { expandNodeset } from '../../fleet/nodeset.ts';
import { stateDir } from '../../kit/state-dir.ts';
import type { JournalRecord } from '../../run/types.ts';
import { canAsk } from '../ask.ts';
import { furtherReasonOf, obtain } from '../consent.ts';
import { openContext, text } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nextCommand } from '../next-command.ts';
import { collect, furtherReason, paceOptions, sudoOption, waveOptions } from '../options.ts';
import { openKeys, waysOf } from '../pass-phrases.ts';
import { runAndShow } from '../run-and-show.ts';
import { defineCommand } from '../types.ts';
import { paceOf, sameWords, withWays } from '../undo-pace.ts';
import { changesOf } from '../undo-preview.ts';

const PACE = `
Unless told otherwise, what shrink held goes back slowly: one node, then 10% at a time, 10s between waves
(--pause); all else goes back at once. Where a canary is reached and ends badly, nothing more goes back
(exit 7). Other bad ones do not stop the rest, but for --max-failures.`;

export default defineCommand({
  name: 'undo',
  summary: 'Take back what a run changed, newest change first, to the state found before it',
  examples: [
    'fireaxe undo last',
    'fireaxe undo last --dry-run',
    'fireaxe undo 20261120T101500Z --step fence --yes',
    "fireaxe undo last --nodes 'n[1-3]'",
    'fireaxe undo last --canary 1 --wave 10% --pause 30s --max-failures 2',
    'fireaxe undo last --canary 0 --wave 100% --pause 0s     # all at once',
  ],
  danger: 'change',
  configure: (command) => {
    waveOptions(paceOptions(furtherReason(sudoOption(command))))
      .argument('<run>', 'an id from fireaxe runs, its beginning, or last')
      .option('--step <id>', 'only this step (repeatable)', collect)
      .option('--nodes <nodeset>', 'only these nodes')
      .option('--pause <duration>', 'time to settle after each wave')
      .option('--dry-run', 'show what would be taken back; change nothing')
      .option('-y, --yes', 'do not ask')
      .addHelpText('after', PACE);
  },
  async run(args, flags, io) {
    const context = await openContext(flags, io);
    const { sink, kit } = context;
    const { readRun } = await import('../../run/store.ts');
    const { runId, records, changed } = await readRun(stateDir(kit, io.env), args[0]!);
    // To undo by hand, what can be read of it is better than nothing.
    if (changed && !(flags.dryRun === true && records[0]?.kind === 'plan')) throw changed;
    if (changed) sink.note(`warning: ${changed.message}`);
    const steps = flags.step as string[] | undefined;
    const nodes = text(flags, 'nodes');
    const targets = nodes === undefined ? undefined : expandNodeset(nodes);
    refuseUnknownStep(records, steps, runId);
    refuseUnknownNode(records, targets, runId);
    const pace = paceOf(flags);
    const changes = await withWays(changesOf(records, steps, targets), records, pace);
    const print = flags.dryRun === true ? sink.text : sink.note;
    print(`undo of run ${runId}:`);
    for (const c of changes)
      print(
        `  ${c.step}: ${c.title}, on ${foldLine(c.targets)} (${c.targets.length})${c.irreversible ? `: no way back, ${c.irreversible}` : c.way}`,
      );
    if (changes.length === 0) print('  nothing is left to take back');
    if (flags.dryRun === true) {
      sink.json({ dryRun: true, runId, changes });
      return EXIT.done;
    }
    if (changes.length === 0) {
      sink.json({ runId, changes });
      return EXIT.done;
    }
    const possible = changes.filter((c) => c.irreversible === undefined);
    if (possible.length === 0) {
      sink.note('nothing of it can be taken back');
      sink.note(`next: ${nextCommand(`fireaxe timeline ${runId}`, flags)}`);
      sink.json({ runId, changes });
      return EXIT.targets;
    }
    if (flags.yes !== true) {
      if (!canAsk(io, flags)) {
        throw new FireaxeError('declined', 'nobody can be asked whether to go on', {
          place: flags.input === false ? '--no-input' : 'no terminal',
          next: 'add --yes, or look first with --dry-run',
        });
      }
      const count = new Set(possible.flatMap((c) => c.targets)).size;
      await obtain({ kind: 'ask', question: `Take it back on ${nodesText(count)}? [y/N] ` }, io);
    }
    if (records[0]?.kind === 'plan') {
      const { plan } = records[0];
      await openKeys(context, plan.cluster, pace.via ? [pace.via] : waysOf(plan));
    }
    const { undoRun } = await import('../../run/undo.ts');
    return runAndShow(context, async (env) => {
      const verdict = await undoRun(
        runId,
        { ...env, ...furtherReasonOf(flags) },
        { pace, ...(steps ? { steps } : {}), ...(targets ? { targets } : {}) },
      );
      // Once more is not more than was asked for.
      const again = verdict.next?.startsWith('fireaxe undo ');
      return again ? { ...verdict, next: [verdict.next, ...sameWords(flags)].join(' ') } : verdict;
    });
  },
});

/** A name that is mistyped is not told that all is taken back. */
function refuseUnknownNode(records: JournalRecord[], targets: string[] | undefined, runId: string): void {
  const first = records[0];
  if (!targets || first?.kind !== 'plan') return;
  const known = new Set(
    first.plan.workstreams.flatMap((w) => w.steps.flatMap((s) => (s.kind === 'action' ? s.targets : []))),
  );
  const wrong = targets.find((target) => !known.has(target));
  if (wrong === undefined) return;
  throw usage(`the run ${runId} has no node ${wrong}`, {
    place: '--nodes',
    expected: `some of ${foldLine([...known])}`,
  });
}

function refuseUnknownStep(records: JournalRecord[], steps: string[] | undefined, runId: string): void {
  const first = records[0];
  if (!steps || first?.kind !== 'plan') return;
  const known = first.plan.workstreams.flatMap((w) =>
    w.steps.filter((s) => s.kind === 'action').map((s) => s.id),
  );
  const wrong = steps.find((step) => !known.some((id) => id === step || id.startsWith(`${step}.`)));
  if (wrong === undefined) return;
  throw usage(`the run ${runId} has no step ${wrong}`, {
    place: '--step',
    expected: `one of ${known.join(', ')}`,
  });
}
