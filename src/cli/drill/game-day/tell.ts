import { countsLine } from '../../../base/counts-line.ts';
import { recordDrill } from '../../../doctor/drills.ts';
import { stateDir } from '../../../kit/state-dir.ts';
import type { RunVerdict } from '../../../run/types.ts';
import type { CliContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { inForceLine } from '../../format/undo-preview.ts';
import { nextCommand } from '../../next-command.ts';
import { table } from '../../output.ts';
import type { GameDayResult } from '../results.ts';
import type { Beat } from './beats.ts';
import type { GameDay } from './plans.ts';
import { resultOf } from './result.ts';
import { scoreOf, scoreRows } from './score.ts';
import { type FloodTally, overText } from './tally.ts';

/** The verdict of the playbook, the first beat after its end, and how many there were when the flood was about to be ended. */
export interface Recovery {
  verdict: RunVerdict;
  end: number;
  settled: number;
}

/** The score, what is left, and the exit code. */
export async function tell(
  day: GameDay,
  context: CliContext,
  { beats, breach }: { beats: Beat[]; breach: AbortSignal },
  flood: FloodTally,
  played: Recovery | undefined,
): Promise<number> {
  const { sink, io, kit, flags } = context;
  const recovery = played?.verdict;
  const score = scoreOf(beats.slice(0, played?.settled), played?.end);
  const { calls, answered, left, over } = flood;
  const { recovered, text: result, exit } = resultOf(score, flood, recovery?.state);
  const rows = scoreRows(score, { result, calls, answered, of: beats[0]?.of ?? 0 });
  for (const line of table(rows)) sink.text(line);
  const aborted = breach.aborted ? String(breach.reason) : undefined;
  if (aborted) sink.text(`aborted: ${aborted}`);
  if (left.length > 0)
    sink.text(`the flood was not ended from here on ${left.join(', ')}: these nodes end it by themselves`);
  const ended = overText(flood, beats.at(-1)?.at ?? 0, day.spanMs);
  if (ended) sink.text(ended);
  const state = stateDir(kit, io.env);
  if (recovery) {
    sink.text(`playbook: ${recovery.state}; ${recovery.planned} planned: ${countsLine(recovery.counts)}`);
    const { readRun } = await import('../../../run/journal/store.ts');
    const run = await readRun(state, recovery.runId).catch(() => undefined);
    const standing = run && inForceLine(run.records);
    if (standing) sink.text(`${standing}: ${nextCommand(`fireaxe undo ${recovery.runId}`, flags)}`);
  }
  sink.json({
    on: day.cluster.name,
    ...score,
    result,
    calls,
    answered,
    aborted: aborted ?? null,
    floodLeftOn: left,
    floodOverOn: over,
    ...(recovery && { run: { id: recovery.runId, state: recovery.state } }),
  } satisfies GameDayResult);
  if (io.stop.aborted) return EXIT.interrupted;
  if (aborted) return EXIT.guard;
  const record = { at: io.now().toISOString(), scenario: `game-day ${day.cluster.name}`, recovered };
  await recordDrill(state, record).catch((error: Error) => sink.note(`warning: ${error.message}`));
  return exit;
}
