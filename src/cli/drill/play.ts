import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { countsLine } from '../../base/counts-line.ts';
import { formatClock } from '../../base/time.ts';
import { type RunningLab, startLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import { openContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { openView } from '../open-view.ts';
import { createSink, type Sink } from '../output.ts';
import { planOfPlaybook } from '../playbook-plan.ts';
import type { CliIo } from '../types.ts';
import { createTeller, narrate, type Teller, untilBroken, untilRecovered } from './narrate.ts';
import type { DrillFlags } from './options.ts';
import { countUndone, type Played, resultOf } from './result.ts';
import { scoreLines } from './score-lines.ts';
import { labWords } from './words.ts';

/** Longer than a recovery takes. */
const HANDS_OFF_MS = 40_000;
/** Until the cause is understood: in the incident that took minutes, and the lab's clocks are fast. */
const UNDERSTOOD_MS = 3_000;
/** After the run kubelets, leases and names need time of their own. */
const SETTLE_MS = 15_000;

/** `fireaxe drill`: breaks a lab, recovers it, and prints the score. */
export async function play(flags: DrillFlags, io: CliIo): Promise<number> {
  const sink = createSink(io, flags);
  const words = await labWords(flags);
  const wanted = flags.playbook;
  // A mistyped name is refused before a lab is built; the lab's kit has no playbooks of its own.
  if (wanted !== undefined)
    await (await import('../../playbook/load.ts')).loadPlaybook(wanted, { playbooks: {} });
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-drill-'));
  let lab: RunningLab | undefined;
  try {
    lab = await startLab(dir, words, { attached: true });
    const tell = createTeller();
    const broken = await untilBroken(lab, io.stop, timed(sink, io), tell);
    await delay(UNDERSTOOD_MS, undefined, { signal: io.stop }).catch(() => undefined);
    const handsOff = flags.handsOff === true;
    const played = handsOff ? await watch(lab, io, sink) : await recover(lab, broken, tell, flags, io, sink);
    const end = handsOff ? await lab.status() : await untilRecovered(lab, SETTLE_MS, io.stop);
    for (const line of scoreLines(end)) sink.text(line);
    if (played.verdict)
      sink.text(`targets: ${played.verdict.planned} planned: ${countsLine(played.verdict.counts)}`);
    sink.json(resultOf(end, played, handsOff));
    if (io.stop.aborted) return EXIT.interrupted;
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
async function watch(lab: RunningLab, io: CliIo, sink: Sink): Promise<Played> {
  const until = Date.now() + HANDS_OFF_MS;
  while (Date.now() < until && !io.stop.aborted) {
    await delay(Math.min(8_000, until - Date.now()), undefined, { signal: io.stop }).catch(() => undefined);
    const { report } = await lab.status();
    timed(sink, io)(`hands off: ${report.now}`);
  }
  return { undone: [] };
}

async function recover(
  lab: RunningLab,
  broken: LabStatus,
  tell: Teller,
  flags: DrillFlags,
  io: CliIo,
  sink: Sink,
): Promise<Played> {
  const context = await openContext({ ...flags, kit: lab.kit }, io);
  const plan = await planOfPlaybook(
    flags.playbook ?? broken.playbook,
    context,
    () => `drill of ${broken.report.score.scenario}`,
  );
  const view = await openView(context);
  const undone = countUndone();
  const { env, close } = runEnvironment(context, (event) => {
    undone.onEvent(event);
    view.onEvent(event);
    if (sink.mode === 'ndjson') sink.event({ event });
  });
  const note = (line: string) => view.onEvent({ kind: 'note', at: io.now().toISOString(), text: line });
  const silent = narrate(lab, note, tell);
  try {
    const { execute } = await import('../../run/execute.ts');
    const verdict = await execute(plan, env);
    return { verdict, undone: undone.read() };
  } finally {
    await silent();
    await view.end();
    await close();
  }
}
