import type { Domains } from '../base/fairly.ts';
import type { RolloutMemory } from '../run/rollout-memory.ts';
import type { ClusterRecord, JournalBody } from '../run/types.ts';
import { type Decision, decide } from './decide.ts';

/** How one cluster of a rollout ended. */
export type ClusterEnd = Omit<ClusterRecord, 'kind' | 'cluster'>;

export interface DriveDeps {
  memory: RolloutMemory;
  /** First Ctrl-C: begin no further cluster. */
  stop: AbortSignal;
  /** Journals a record; the memory knows it at once. */
  record(body: JournalBody): Promise<void>;
  domainsOf?: Domains<string>;
  /** The name of its run. */
  runOf(cluster: string): string;
  /** Runs one cluster and waits for its gate. Never throws: what goes wrong there is the end of that cluster alone. */
  carryOut(cluster: string): Promise<ClusterEnd>;
}

/** Runs what is left of a rollout: wave after wave, side by side within one. Returns why it stopped, if it did. */
export async function drive(deps: DriveDeps): Promise<string | undefined> {
  const { memory, stop } = deps;
  const flights = new Map<string, Promise<void>>();
  /** The journal cannot be written: nothing more is launched. */
  let broken: { error: unknown } | undefined;
  for (;;) {
    const next: Decision =
      stop.aborted || broken ? { launch: [], skip: [] } : decide(memory.plan, memory.stateOf, deps.domainsOf);
    if (next.skip.length > 0) {
      await skip(deps, next).catch((error) => {
        broken ??= { error };
      });
      continue;
    }
    for (const cluster of next.launch) {
      const flight = one(deps, cluster).catch((error) => {
        broken ??= { error };
      });
      flights.set(
        cluster,
        flight.then(() => void flights.delete(cluster)),
      );
    }
    if (flights.size === 0) {
      if (broken) throw broken.error;
      return next.stopped;
    }
    await Promise.race(flights.values());
  }
}

async function skip({ record }: DriveDeps, { skip }: Decision): Promise<void> {
  for (const { cluster, why } of skip) await record({ kind: 'cluster', cluster, state: 'skipped', why });
}

/** Throws where the journal cannot be written. */
async function one({ record, runOf, carryOut }: DriveDeps, cluster: string): Promise<void> {
  await record({ kind: 'cluster', cluster, state: 'running', run: runOf(cluster) });
  await record({ kind: 'cluster', cluster, ...(await carryOut(cluster)) });
}
