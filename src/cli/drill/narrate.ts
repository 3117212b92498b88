import { setTimeout as delay } from 'node:timers/promises';
import { FireaxeError } from '../../base/errors.ts';
import type { RunningLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';

const LOOK_MS = 300;
const BROKEN_WITHIN_MS = 30_000;

/** Tells each line of a lab's story once. */
export type Teller = (status: LabStatus, note: (line: string) => void) => void;

export function createTeller(): Teller {
  const told = new Set<string>();
  return ({ report }, note) => {
    for (const line of report.story) {
      if (!told.has(line)) note(`lab: ${line}`);
      told.add(line);
    }
  };
}

/** Waits until the outage is in effect, and tells what led to it. */
export async function untilBroken(
  lab: RunningLab,
  stop: AbortSignal,
  note: (line: string) => void,
  tell = createTeller(),
): Promise<LabStatus> {
  const { report, servers, faults } = await lab.status();
  const { workers, seed } = report.score;
  note(`lab: ${servers.length} control-plane nodes, ${workers} workers, seed ${seed}`);
  note(
    `faults: ${Object.entries(faults)
      .map((fault) => fault.join(' '))
      .join(', ')}`,
  );
  const until = Date.now() + BROKEN_WITHIN_MS;
  for (;;) {
    if (stop.aborted) throw new FireaxeError('interrupted', 'interrupted before the outage began');
    const status = await lab.status();
    tell(status, note);
    if (status.report.broken) return status;
    if (Date.now() >= until) {
      const { message, ...details } = status.report.unbroken;
      throw new FireaxeError('guard', message, details);
    }
    await delay(LOOK_MS);
  }
}

/** Tells what changes in the lab while something else goes on. Call the result to end it. */
export function narrate(lab: RunningLab, note: (line: string) => void, tell: Teller): () => Promise<void> {
  let ended = false;
  const looking = (async () => {
    while (!ended) {
      const status = await lab.status().catch(() => undefined);
      if (status) tell(status, note);
      await delay(LOOK_MS);
    }
  })();
  return async () => {
    ended = true;
    await looking;
  };
}

/** Waits until the lab counts as recovered, at most so long. */
export async function untilRecovered(lab: RunningLab, ms: number, stop: AbortSignal): Promise<LabStatus> {
  const until = Date.now() + ms;
  for (;;) {
    const status = await lab.status();
    if (status.report.recovered || Date.now() >= until || stop.aborted) return status;
    await delay(LOOK_MS);
  }
}
