import { timeline, timelineLines } from '../../report/timeline.ts';
import { RUN } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { inForceLine } from '../format/undo-preview.ts';
import { journalDir } from '../journal-dir.ts';
import { nextCommand, withNext } from '../next-command.ts';
import { createSink } from '../output.ts';
import { memberNamed, ofOneCluster } from '../rollout/member.ts';
import { showRollout } from '../rollout/show-timeline.ts';
import { logOf } from '../run-log.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'timeline',
  summary: 'Show what a run did: who, why, what, when, and how each step ended',
  examples: [
    'fireaxe timeline last',
    'fireaxe timeline 20261120T101500Z --output json',
    'fireaxe timeline last -c prod-1      # of a rollout: the run of one cluster',
  ],
  danger: 'read',
  argument: RUN,
  options: { ...ofOneCluster },
  async run(args, flags, io) {
    const sink = createSink(io, flags);
    const { noPlan, readRun } = await import('../../run/journal/store.ts');
    const { journalPath } = await import('../../run/journal/run-order.ts');
    const directory = await journalDir(flags, io, sink.note);
    const found = await readRun(directory, await memberNamed(directory, args[0]!, flags.cluster));
    const { runId, records, intact, sealed, problem, changed } = found;
    if (records[0]?.kind === 'rollout') return showRollout(found, directory, sink, flags);
    if (!records.some((record) => record.kind === 'plan'))
      throw changed ?? noPlan(runId, journalPath(directory, runId));
    if (problem) sink.note(`warning: the journal of ${runId} is not whole: ${problem}`);
    else if (!sealed && records.some((record) => record.kind === 'end'))
      sink.note(`the journal of ${runId} is not sealed: an edit of its end could not be seen`);
    const told = withNext(timeline(runId, records), flags);
    const story = told.verdict ? { ...told, verdict: withNext(told.verdict, flags) } : told;
    for (const line of timelineLines(story)) sink.text(line);
    const { log } = logOf(directory, runId);
    if (log) sink.text(`log: ${log}`);
    const left = changed ? undefined : inForceLine(records);
    if (left) sink.note(`${left}: ${nextCommand(`fireaxe undo ${runId}`, flags)}`);
    for (const entry of story.entries) sink.event({ runId, entry });
    if (sink.mode === 'json')
      sink.json({
        runId,
        intact,
        sealed,
        ...(problem ? { problem } : {}),
        ...story,
        ...(log ? { log } : {}),
      });
    return EXIT.done;
  },
});
