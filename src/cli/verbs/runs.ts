import { memberRun } from '../../run/journal/members.ts';
import type { RunSummary } from '../../run/journal/store.ts';
import { EXIT } from '../exit-codes.ts';
import { journalDir } from '../journal-dir.ts';
import { nextCommand } from '../next-command.ts';
import { grouped, parsed, toggle } from '../option.ts';
import { paceOptions, sudoOptions, targetOptions, wholeNumber } from '../options.ts';
import { createSink, table } from '../output.ts';
import { logOf } from '../run-log.ts';
import { refuseSelection, runsOnNodes } from '../runs-on-nodes.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'runs',
  summary:
    'List the runs kept on this machine, newest first; or those that the nodes know, whoever made them',
  examples: [
    'fireaxe runs',
    'fireaxe runs --output json',
    'fireaxe runs --on-nodes                 # also those of other operators',
    'fireaxe runs --on-nodes -c prod-1 -l role=control-plane',
    'fireaxe timeline last',
  ],
  danger: 'read',
  options: {
    ...grouped('Which runs:', {
      onNodes: toggle('--on-nodes', 'ask the nodes: runs of every operator, and what of them is in force'),
    }),
    ...targetOptions,
    timeout: paceOptions.timeout,
    ...grouped('How fast:', {
      parallel: parsed('--parallel <N>', 'most nodes at a time', wholeNumber, { default: '64' }),
    }),
    via: paceOptions.via,
    ...sudoOptions,
  },
  async run(_args, flags, io) {
    if (flags.onNodes === true) return runsOnNodes(flags, io);
    refuseSelection(flags);
    const sink = createSink(io, flags);
    const { listRuns } = await import('../../run/journal/store.ts');
    const directory = await journalDir(flags, io, sink.note);
    const runs = await listRuns(directory, (journal, why) => sink.note(`${journal}: not read: ${why}`));
    for (const { runId, problem } of runs) if (problem) sink.note(`warning: ${runId}: ${problem}`);
    const rows = rowsOf(runs);
    if (runs.length === 0) {
      sink.note(`no runs in ${directory}`);
      sink.note(`next: ${nextCommand('fireaxe runs --on-nodes', flags)}`);
    } else for (const line of table([['RUN', 'CLUSTER', 'STATE', 'BY', 'REASON'], ...rows])) sink.text(line);
    for (const run of runs) sink.event({ run });
    if (sink.mode === 'json')
      sink.json({
        stateDir: directory,
        runs: runs.map((run) => ({ ...run, ...logOf(directory, run.runId) })),
      });
    return EXIT.done;
  },
});

/** At most so many runs of a rollout are listed below it. */
const MOST_OF_ROLLOUT = 12;

/** The runs of a rollout stand below it, those that are not done first. */
function rowsOf(runs: RunSummary[]): string[][] {
  const row = (run: RunSummary, name = run.runId) => [
    name,
    run.cluster,
    stateText(run),
    run.operator,
    run.reason,
  ];
  return runs.flatMap((run) => {
    if (run.rollout !== undefined) return [];
    const own = inLaunchOrder(run, runs);
    const sorted = [
      ...own.filter(({ state }) => state !== 'done'),
      ...own.filter(({ state }) => state === 'done'),
    ];
    const rows = sorted.slice(0, MOST_OF_ROLLOUT).map((one) => row(one, `└ ${one.runId}`));
    const more = own.length - rows.length;
    return [
      row(run),
      ...rows,
      ...(more > 0 ? [[`└ and ${more} more: fireaxe timeline ${run.runId}`, '', '', '', '']] : []),
    ];
  });
}

/** The runs of a rollout, as it began them. */
function inLaunchOrder({ runId, clusters = [] }: RunSummary, runs: RunSummary[]): RunSummary[] {
  const places = new Map(clusters.map(({ cluster }, i) => [memberRun(runId, cluster, i), i]));
  const own = runs.filter(({ rollout }) => rollout === runId);
  return own.sort((a, b) => (places.get(a.runId) ?? 0) - (places.get(b.runId) ?? 0));
}

function stateText({ state, undone, receiptsOf, sealed, changed, endedAt }: RunSummary): string {
  if (changed) return `${state}, changed`;
  const undo = { no: [], partly: ['partly undone'], yes: ['undone'] }[undone];
  // Of a run that did what it should, or of another machine's, only the undo counts.
  const shown = undo.length > 0 && (state === 'done' || receiptsOf !== undefined) ? [] : [state];
  return [...shown, ...undo, ...(endedAt && !sealed ? ['not sealed'] : [])].join(', ');
}
