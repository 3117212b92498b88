import { setTimeout as delay } from 'node:timers/promises';
import { FireaxeError } from '../../base/errors.ts';
import type { RunningLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import type { Report } from '../../drill/scenarios/types.ts';
import type { Pulses } from './pulses.ts';

const LOOK_MS = 300;

/** Tells each line of a lab's story once. */
export type Teller = (status: LabStatus, note: (line: string) => void) => void;

export function createTeller(pulses?: Pulses): Teller {
  const told = new Set<string>();
  return ({ report }, note) => {
    pulses?.push(report.pulse, Date.now());
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
  const { report, servers, faults, clusters } = await lab.status();
  const { workers, seed } = report.score;
  const size = `${servers.length} control-plane nodes, ${workers} workers`;
  const whose = clusters.length === 1 ? 'lab' : `each of ${clusters.join(', ')}`;
  note(`${whose}: ${size}, seed ${seed}`);
  const faulty = Object.entries(faults).map((fault) => fault.join(' '));
  note(`faults: ${faulty.join(', ') || 'none'}`);
  const until = Date.now() + report.unbroken.withinMs;
  for (;;) {
    if (stop.aborted) throw new FireaxeError('interrupted', 'interrupted before the outage began');
    const status = await lab.status();
    tell(status, note);
    if (status.report.broken) return status;
    if (Date.now() >= until) {
      const { withinMs: _, message, ...details } = status.report.unbroken;
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

/** Waits until something holds in the lab, at most so long. */
export async function waitFor(
  lab: RunningLab,
  holds: (report: Report) => boolean,
  ms: number,
  stop: AbortSignal,
): Promise<LabStatus> {
  const until = Date.now() + ms;
  for (;;) {
    const status = await lab.status();
    if (holds(status.report) || Date.now() >= until || stop.aborted) return status;
    await delay(LOOK_MS);
  }
}
