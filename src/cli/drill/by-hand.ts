import { rm } from 'node:fs/promises';
import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { findLab, type RunningLab, startLab } from '../../drill/process/lab-process.ts';
import { statusJson } from '../../drill/process/status.ts';
import { EXIT } from '../exit-codes.ts';
import { createSink } from '../output.ts';
import type { CliIo } from '../types.ts';
import { clearLabDir } from './lab-dir.ts';
import { untilBroken } from './narrate.ts';
import type { DrillFlags } from './options.ts';
import { remember } from './remember.ts';
import { scoreLines } from './score-lines.ts';
import { labDir, labWords } from './words.ts';

/** `drill up`: leaves the broken lab running, to practise by hand. */
export async function up(flags: DrillFlags, io: CliIo): Promise<number> {
  const sink = createSink(io, flags);
  const dir = labDir(flags, io);
  const words = await labWords(flags);
  const where = whereWords(flags, dir);
  if (await findLab(dir)) {
    throw usage('a lab is already running', { place: dir, next: `fireaxe drill down${where}` });
  }
  await clearLabDir(dir);
  const lab = await startLab(dir, words, { attached: false });
  const status = await untilBroken(lab, io.stop, sink.note).catch(async (error) => {
    // A lab that does not break is of no use.
    await lab.stop();
    throw error;
  });
  const kit = quote(lab.kit);
  sink.text(`kit: ${lab.kit}`);
  sink.text('');
  for (const line of [
    `export FIREAXE_KIT=${kit}`,
    ...['fireaxe probe', 'fireaxe nodes'].map((words) =>
      status.clusters.length > 1 ? `${words} -c ${status.cluster}` : words,
    ),
    ...status.practice,
    `fireaxe drill status${where}`,
    `fireaxe drill down${where}`,
  ])
    sink.text(`  ${line}`);
  sink.json({ kit: lab.kit, pid: lab.pid, status: statusJson(status) });
  return EXIT.done;
}

/** `drill down`: ends it, and removes all of it. */
export async function down(flags: DrillFlags, io: CliIo): Promise<number> {
  const sink = createSink(io, flags);
  const dir = labDir(flags, io);
  const lab = await findLab(dir);
  const end = await lab?.status().catch(() => undefined);
  await lab?.stop();
  // Somebody who only looked at the lab did not practise.
  if (end?.report.recovered) await remember(end, flags, io, sink.note);
  if (lab) await rm(dir, { recursive: true, force: true });
  sink.text(lab ? 'the lab is stopped and removed' : 'no lab is running');
  sink.json({ stopped: lab !== undefined });
  return EXIT.done;
}

/** `drill status`: what the lab itself sees. */
export async function status(flags: DrillFlags, io: CliIo): Promise<number> {
  const sink = createSink(io, flags);
  const lab = await runningLab(labDir(flags, io), flags);
  const seen = await lab.status();
  sink.text(`kit: ${lab.kit}`);
  for (const line of scoreLines(seen)) sink.text(line);
  sink.json(statusJson(seen));
  return EXIT.done;
}

async function runningLab(dir: string, flags: DrillFlags): Promise<RunningLab> {
  const lab = await findLab(dir);
  const next = `fireaxe drill up${whereWords(flags, dir)}`;
  if (!lab) throw usage('no lab is running', { place: dir, next });
  return lab;
}

/** The --dir of a lab that is not at the default place, for the next command. */
function whereWords(flags: DrillFlags, dir: string): string {
  return flags.dir === undefined ? '' : ` --dir ${quote(dir)}`;
}
