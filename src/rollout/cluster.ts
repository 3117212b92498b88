import { assertResumable } from '../plan/stale.ts';
import type { Plan } from '../plan/types.ts';
import { execute } from '../run/execute.ts';
import { resumeRun } from '../run/resume.ts';
import type { RunEnv, RunVerdict } from '../run/types.ts';
import type { ClusterEnd } from './drive.ts';
import { runMemory, targetCounts } from './run-memory.ts';
import type { RolloutSession } from './session.ts';
import { watch } from './watch.ts';

/** Runs one cluster of a rollout, or what is left of its run. An error there is the end of that cluster alone. */
export async function carryOutCluster(session: RolloutSession, cluster: string): Promise<ClusterEnd> {
  try {
    return await runAndWatch(session, cluster);
  } catch (error) {
    const run = session.runOf(cluster);
    const known = await runMemory(session.env.stateDir, run).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    return { state: 'failed', run, why, ...(known && { counts: targetCounts(known) }) };
  }
}

/** The run, and after it the control plane until it has held. */
async function runAndWatch(session: RolloutSession, cluster: string): Promise<ClusterEnd> {
  const { env, memory, record } = session;
  const plan = await session.planOf(cluster);
  const watching = watch(session, plan);
  try {
    const known = memory.of(cluster);
    const answered = known.answered ?? (await watching.answering());
    if (answered !== undefined && known.answered === undefined)
      await record({ kind: 'cluster', ...known, answered });
    const run = { run: session.runOf(cluster) };
    if (env.stop.aborted) return { ...run, state: 'interrupted' };
    const verdict = await runOf(session, plan);
    if (verdict === 'undone') return { ...run, state: 'failed', why: 'its run was undone' };
    const end = { ...run, ended: verdict.state, counts: verdict.counts };
    if (verdict.state === 'interrupted') return { ...end, state: 'interrupted' };
    if (!['done', 'recovered', 'partial'].includes(verdict.state))
      return { ...end, state: 'failed', why: whyOf(verdict) };
    const gate = await watching.gate(answered);
    if (gate.open) return { ...end, state: 'ok' };
    if (env.stop.aborted) return { ...end, state: 'interrupted' };
    return { ...end, state: 'failed', why: `the gate did not open: ${gate.text}` };
  } finally {
    await watching.close();
  }
}

/** The run by its own journal, whoever wrote there last: a new one, what is left of it, or how it ended. */
async function runOf(session: RolloutSession, plan: Plan): Promise<RunVerdict | 'undone'> {
  const { order } = session;
  const runId = session.runOf(plan.cluster);
  const memory = await runMemory(session.env.stateDir, runId);
  const env = clusterEnv(session, plan.cluster);
  if (!memory) {
    // A resume may be that of another version of Fireaxe than the plan.
    assertResumable(plan, runId);
    return execute(plan, env, { runId, order });
  }
  if (memory.undoBegun) return 'undone';
  const { verdict } = memory;
  const over = verdict && verdict.state !== 'interrupted' && !verdict.next?.startsWith('fireaxe resume ');
  if (over) return verdict;
  assertResumable(memory.plan, runId);
  return resumeRun(runId, env);
}

/** The environment of a run, whose events are told under the name of its cluster. */
export function clusterEnv({ env }: RolloutSession, cluster: string): RunEnv {
  return {
    ...env,
    onEvent: (event) => env.onCluster(cluster, event),
    onOpen: () => {},
  };
}

function whyOf({ workstreams, state }: RunVerdict): string {
  const why = workstreams.find((workstream) => workstream.why && workstream.state !== 'done')?.why;
  return why ?? `the run ended ${state}`;
}
