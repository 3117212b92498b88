import { rolloutTimeline, rolloutTimelineLines } from '../../report/rollout-timeline.ts';
import type { JournalReading } from '../../run/journal/read.ts';
import type { Flags } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withNext } from '../next-command.ts';
import type { Sink } from '../output.ts';
import { logOf } from '../run-log.ts';

/** Shows what a rollout did, cluster by cluster. */
export function showRollout(
  { runId, records, intact, sealed, problem }: JournalReading & { runId: string },
  directory: string,
  sink: Sink,
  flags: Flags,
): number {
  if (problem) sink.note(`warning: the journal of ${runId} is not whole: ${problem}`);
  const story = withNext(rolloutTimeline(runId, records)!, flags);
  const { log } = logOf(directory, runId);
  for (const line of rolloutTimelineLines(story)) sink.text(line);
  if (log) sink.text(`log: ${log}`);
  sink.note(`what happened on one cluster: fireaxe timeline ${runId} -c NAME`);
  for (const entry of story.entries) sink.event({ runId, entry });
  if (sink.mode === 'json')
    sink.json({ runId, intact, sealed, ...(problem ? { problem } : {}), ...story, ...(log ? { log } : {}) });
  return EXIT.done;
}
