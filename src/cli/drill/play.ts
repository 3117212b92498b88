import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { countsLine } from '../../base/counts-line.ts';
import { formatClock } from '../../base/time.ts';
import { type RunningLab, startLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import { EXIT } from '../exit-codes.ts';
import { openView } from '../open-view.ts';
import { createSink, type Sink } from '../output.ts';
import type { CliIo } from '../types.ts';
import { boughtLines, chartLines, nowYou } from './afterwards.ts';
import { createTeller, narrate, untilBroken, waitFor } from './narrate.ts';
import type { DrillFlags } from './options.ts';
import { Pulses } from './pulses.ts';
import { recover, SETTLE_MS } from './recover.ts';
import { remember } from './remember.ts';
import { type Played, resultOf } from './result.ts';
import { scoreLines } from './score-lines.ts';
import { labWords } from './words.ts';
import { wrapped } from './wrapped.ts';

/** Longer than a recovery takes. */
const HANDS_OFF_MS = 40_000;
/** Until the cause is understood: in the incident that took minutes, and the lab's clocks are fast. */
const UNDERSTOOD_MS = 3_000;
/** Who watches it feels what users feel. */
const FELT_MS = 8_000;

/** `fireaxe drill`: breaks a lab, recovers it, and prints the score. */
export async function play(flags: DrillFlags, io: CliIo): Promise<number> {
  const sink = createSink(io, flags);
  const words = await labWords(flags);
  const wanted = flags.playbook;
  // A mistyped name is refused before a lab is built; the lab's kit has no playbooks of its own.
  if (wanted !== undefined)
    await (await import('../../playbook/load.ts')).loadPlaybook(wanted, { playbooks: {} });
  const { scenarioNamed } = await import('../../drill/scenarios/index.ts');
  const { intro, why } = scenarioNamed(words.scenario);
  for (const line of intro) for (const row of wrapped(line, io.stderr.columns ?? 110)) sink.note(row);
  const pulses = new Pulses();
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-drill-'));
  let lab: RunningLab | undefined;
  try {
    const tell = createTeller(pulses);
    const shown = await openView({ io, sink }, undefined, { headline: pulses });
    const note = (text: string) => shown.onEvent({ kind: 'note', at: io.now().toISOString(), text });
    let broken: LabStatus;
    try {
      note('starting the lab');
      lab = await startLab(dir, words, { attached: true });
      broken = await untilBroken(lab, io.stop, note, tell);
      const silent = narrate(lab, note, tell);
      const felt = sink.mode === 'text' && io.stderr.isTTY === true && flags.fast !== true;
      await delay(felt ? FELT_MS : UNDERSTOOD_MS, undefined, { signal: io.stop }).catch(() => undefined);
      await silent();
    } finally {
      await shown.end();
    }
    const handsOff = flags.handsOff === true;
    const played = handsOff
      ? await watch(lab, io, sink, pulses)
      : await recover({ lab, tell, pulses, why, flags, io, sink }, broken);
    const end = handsOff
      ? await lab.status()
      : await waitFor(lab, ({ recovered }) => recovered, SETTLE_MS, io.stop);
    tell(end, () => undefined);
    const columns = io.stdout.columns ?? 100;
    for (const block of [chartLines(pulses.beats, columns), boughtLines(end, played)])
      if (block.length > 0) for (const line of [...block, '']) sink.text(line);
    for (const line of scoreLines(end)) sink.text(line);
    if (played.verdict)
      sink.text(`targets: ${played.verdict.planned} planned: ${countsLine(played.verdict.counts)}`);
    for (const line of ['', ...nowYou(end, flags.scenario)]) sink.text(line);
    sink.json(resultOf(end, played, handsOff));
    if (io.stop.aborted) return EXIT.interrupted;
    if (!handsOff) await remember(end, flags, io, sink.note);
    return end.report.recovered ? EXIT.done : EXIT.targets;
  } finally {
    await lab?.stop().catch(() => undefined);
    await rm(dir, { recursive: true, force: true });
  }
}

/** Notes with the time, as those of a run have it. */
function timed(sink: Sink, io: CliIo): (line: string) => void {
  return (line) => sink.note(`${formatClock(io.now())} ${line}`);
}

/** Does nothing, and shows that nothing recovers by itself. */
async function watch(lab: RunningLab, io: CliIo, sink: Sink, pulses: Pulses): Promise<Played> {
  const until = Date.now() + HANDS_OFF_MS;
  while (Date.now() < until && !io.stop.aborted) {
    await delay(Math.min(8_000, until - Date.now()), undefined, { signal: io.stop }).catch(() => undefined);
    const { report } = await lab.status();
    pulses.push(report.pulse, Date.now());
    timed(sink, io)(`hands off: ${report.now}`);
  }
  return { undone: [] };
}
