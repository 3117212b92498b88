import type { RunSummary } from '../../run/journal/store.ts';
import { EXIT } from '../exit-codes.ts';
import { journalDir } from '../journal-dir.ts';
import { createSink, table } from '../output.ts';
import { logOf } from '../run-log.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'runs',
  summary: 'List the runs kept on this machine, newest first',
  examples: ['fireaxe runs', 'fireaxe runs --output json', 'fireaxe timeline last'],
  danger: 'read',
  options: {},
  async run(_args, flags, io) {
    const sink = createSink(io, flags);
    const { listRuns } = await import('../../run/journal/store.ts');
    const directory = await journalDir(flags, io, sink.note);
    const runs = await listRuns(directory, (journal, why) => sink.note(`${journal}: not read: ${why}`));
    for (const { runId, problem } of runs) if (problem) sink.note(`warning: ${runId}: ${problem}`);
    const rows = runs.map((r) => [r.runId, r.cluster, stateText(r), r.operator, r.reason]);
    if (runs.length === 0) sink.note(`no runs in ${directory}`);
    else for (const line of table([['RUN', 'CLUSTER', 'STATE', 'BY', 'REASON'], ...rows])) sink.text(line);
    for (const run of runs) sink.event({ run });
    if (sink.mode === 'json')
      sink.json({
        stateDir: directory,
        runs: runs.map((run) => ({ ...run, ...logOf(directory, run.runId) })),
      });
    return EXIT.done;
  },
});

function stateText({ state, undone, sealed, changed, endedAt }: RunSummary): string {
  if (changed) return `${state}, changed`;
  return [state, ...(undone ? ['undone'] : []), ...(endedAt && !sealed ? ['not sealed'] : [])].join(', ');
}
