import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Plan } from '../plan/types.ts';
import { drive } from './engine.ts';
import { holdFloors } from './floors.ts';
import { openJournal } from './journal/journal.ts';
import { journalPath } from './journal/run-order.ts';
import { type AsMember, createRun, noPlan, resolveRunId } from './journal/store.ts';
import { holdPermitted } from './permitted.ts';
import { clusterOf, openSession, type Session } from './session.ts';
import type { JournalRecord, RunEnv, RunVerdict } from './types.ts';

/** Runs a plan: a new run with its journal. The plan is the first record, on the disk before anything is launched.
 * Throws guard when it would go below the kit's floors, and where an action is not permitted on these nodes. */
export async function execute(plan: Plan, env: RunEnv, member?: AsMember): Promise<RunVerdict> {
  const cluster = clusterOf(plan, env);
  holdFloors(plan, cluster.fleet.nodes, env.kit.policy.floors);
  holdPermitted(plan, { cluster, nodes: cluster.fleet.nodes });
  const { runId, dir } = await createRun(env.stateDir, plan, env.now(), member);
  const { journal } = await openJournal(journalPath(env.stateDir, runId), env.now);
  const session = openSession({ runId, dir, plan }, journal, env);
  return withInterrupts(session, journal.close.bind(journal), async () => {
    await session.record({ kind: 'plan', plan, operator: env.operator, host: hostname(), pid: process.pid });
    return drive(session);
  });
}

/** Opens an earlier run again as its one writer. Throws usage when it has no plan, guard when another writes it. */
export async function reopen<T>(
  wanted: string,
  env: RunEnv,
  what: 'resume' | 'undo',
  work: (session: Session) => Promise<T>,
  /** Throws where there is nothing to do: before anything is written. */
  refuse: (runId: string, records: JournalRecord[]) => void = () => {},
): Promise<T> {
  const runId = await resolveRunId(env.stateDir, wanted);
  const path = journalPath(env.stateDir, runId);
  const { journal, records } = await openJournal(path, env.now, {
    waiting: (text) => env.onEvent({ kind: 'note', text, at: env.now().toISOString() }),
    stop: env.stop,
    ...(what === 'undo' ? { forked: 'allowed' } : {}),
  });
  const first = records[0];
  try {
    if (first?.kind !== 'plan') throw noPlan(runId, path);
    refuse(runId, records);
  } catch (error) {
    await journal.close();
    throw error;
  }
  const session = openSession({ runId, dir: dirname(path), plan: first.plan }, journal, env, records);
  return withInterrupts(session, journal.close.bind(journal), async () => {
    const text = env.reason === undefined ? {} : { text: env.reason };
    await session.record({ kind: 'operator', what, operator: env.operator, ...text });
    return work(session);
  });
}

/** Journals what the operator does to a run that is going on. */
async function withInterrupts<T>(
  session: Session,
  close: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  const { stop, stopWaiting, hungUp } = session.env;
  const tell = (what: 'interrupt' | 'let-go') => () =>
    void session.record({ kind: 'operator', what, operator: session.env.operator }).catch(() => {});
  const onStop = tell('interrupt');
  const onStopWaiting = tell('let-go');
  const onHungUp = () =>
    void session.record({ kind: 'note', text: 'the terminal is gone: the run goes on' }).catch(() => {});
  stop.addEventListener('abort', onStop, { once: true });
  stopWaiting.addEventListener('abort', onStopWaiting, { once: true });
  hungUp?.addEventListener('abort', onHungUp, { once: true });
  try {
    return await work();
  } finally {
    stop.removeEventListener('abort', onStop);
    stopWaiting.removeEventListener('abort', onStopWaiting);
    hungUp?.removeEventListener('abort', onHungUp);
    await session.readings.close();
    await close();
  }
}
