import { usage } from '../base/errors.ts';
import { openJournal } from '../run/journal/journal.ts';
import { memberRun } from '../run/journal/members.ts';
import { journalPath } from '../run/journal/run-order.ts';
import { RolloutMemory } from '../run/rollout-memory.ts';
import type { JournalBody, JournalRecord, RunEnv, RunEvent } from '../run/types.ts';
import type { PlanOf } from './plans.ts';

/** The environment of a rollout: that of a run, and who is told what the runs of its clusters do. */
export interface RolloutEnv extends RunEnv {
  onCluster(cluster: string, event: RunEvent): void;
}

/** A rollout in progress: its plan, its memory, its journal, and the environment it acts in. */
export interface RolloutSession {
  rolloutId: string;
  dir: string;
  /** Its place among the runs, and that of its own runs. */
  order: number;
  memory: RolloutMemory;
  env: RolloutEnv;
  planOf: PlanOf;
  record(body: JournalBody): Promise<void>;
  runOf(cluster: string): string;
}

interface Opening {
  rolloutId: string;
  dir: string;
  order: number;
  env: RolloutEnv;
  planOf(memory: RolloutMemory): PlanOf;
  /** Of a new rollout. */
  first?: JournalBody;
  /** A journal of two writers may be opened, too. */
  forked?: 'allowed';
  /** Throws where there is nothing to do: before anything is written. */
  refuse?(memory: RolloutMemory): void;
}

/** Opens the journal of a rollout as its one writer, for as long as the work takes. Throws guard where another has it. */
export async function withRollout<T>(
  opening: Opening,
  work: (session: RolloutSession) => Promise<T>,
): Promise<T> {
  const { rolloutId, dir, order, env } = opening;
  const path = journalPath(env.stateDir, rolloutId);
  const { journal, records } = await openJournal(path, env.now, {
    waiting: (text) => env.onEvent({ kind: 'note', text, at: env.now().toISOString() }),
    stop: env.stop,
    ...(opening.forked && { forked: opening.forked }),
  });
  try {
    if (opening.first) {
      await journal.append(opening.first);
      env.onEvent({ ...opening.first, at: env.now().toISOString() });
    }
    const memory = RolloutMemory.of(opening.first ? [asRecord(opening.first, env)] : records);
    if (!memory) throw noRollout(rolloutId, path);
    opening.refuse?.(memory);
    env.onOpen?.({ runId: rolloutId, dir, records });
    const indexes = new Map(memory.plan.clusters.map(({ name }, index) => [name, index]));
    const session: RolloutSession = {
      rolloutId,
      dir,
      order,
      memory,
      env,
      planOf: opening.planOf(memory),
      record(body) {
        memory.learn(body);
        env.onEvent({ ...body, at: env.now().toISOString() });
        return journal.append(body);
      },
      runOf: (cluster) => memberRun(rolloutId, cluster, indexes.get(cluster) ?? 0),
    };
    return await withInterrupts(session, () => work(session));
  } finally {
    await journal.close();
  }
}

/** What the operator does meanwhile is journaled. */
async function withInterrupts<T>({ env, record }: RolloutSession, work: () => Promise<T>): Promise<T> {
  const { stop, stopWaiting, operator } = env;
  const tell = (what: 'interrupt' | 'let-go') => () =>
    void record({ kind: 'operator', what, operator }).catch(() => {});
  const [onStop, onStopWaiting] = [tell('interrupt'), tell('let-go')];
  stop.addEventListener('abort', onStop, { once: true });
  stopWaiting.addEventListener('abort', onStopWaiting, { once: true });
  try {
    return await work();
  } finally {
    stop.removeEventListener('abort', onStop);
    stopWaiting.removeEventListener('abort', onStopWaiting);
  }
}

const asRecord = (body: JournalBody, env: RunEnv): JournalRecord => ({
  ...body,
  seq: 0,
  at: env.now().toISOString(),
  prev: '',
});

function noRollout(rolloutId: string, place: string) {
  return usage(`${rolloutId} is not a rollout`, { place, next: 'fireaxe runs' });
}
