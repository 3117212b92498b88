import { join } from 'node:path';
import type { LabKit } from '../../drill/kit/join-kits.ts';
import { type RunningLab, startLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import { createTeller, untilBroken } from './narrate.ts';
import type { DrillFlags } from './options.ts';
import { labWords, MOST_WORKERS } from './words.ts';

/** Small labs, for all of them share this machine; each breaks as one of 48 workers does. */
const WORKERS = '8';
const STANDS_FOR = '6';
/** How much larger, and so worse hit, the last one is. */
const WORST = 2;

export interface ClusterLab {
  name: string;
  lab: RunningLab;
}

/** Starts several labs side by side, one of them larger. They end with this process; `labs` has those that run. */
export async function startLabs(
  dir: string,
  count: number,
  flags: DrillFlags,
  labs: ClusterLab[],
): Promise<void> {
  const { workers = WORKERS, standsFor = STANDS_FOR } = flags;
  const words = await labWords({ ...flags, workers, standsFor });
  const started = Array.from({ length: count }, async (_, i) => {
    const name = `lab-${i + 1}`;
    const size = i + 1 === count ? Math.min(words.workers * WORST, MOST_WORKERS) : words.workers;
    const own = { ...words, workers: size, seed: words.seed + i };
    labs.push({ name, lab: await startLab(join(dir, name), own, { attached: true }) });
  });
  // All of them have started or failed before anything is removed.
  const failed = (await Promise.allSettled(started)).find((end) => end.status === 'rejected');
  labs.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  if (failed) throw failed.reason;
}

/** Waits until all of them are broken, and tells what led to it. */
export function untilAllBroken(
  labs: readonly ClusterLab[],
  stop: AbortSignal,
  note: (line: string) => void,
): Promise<LabStatus[]> {
  return Promise.all(
    labs.map(({ name, lab }) => untilBroken(lab, stop, (line) => note(`${name}: ${line}`), createTeller())),
  );
}

/** The kit of each lab, and its cluster there. */
export function kitsOf(labs: readonly ClusterLab[], broken: readonly LabStatus[]): LabKit[] {
  return labs.map(({ name, lab }, i) => ({ name, kit: lab.kit, cluster: broken[i]!.cluster }));
}
