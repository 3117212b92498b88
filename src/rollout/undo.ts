import { parseAmount, resolveAmount } from '../base/amount.ts';
import { domainsIn } from '../kit/clusters/domains.ts';
import { sealRollout } from '../plan/rollout/seal.ts';
import type { RolloutPlan } from '../plan/rollout/types.ts';
import { RolloutMemory } from '../run/rollout-memory.ts';
import type { JournalBody, RolloutVerdict } from '../run/types.ts';
import { type UndoChoice, undoRun } from '../run/undo/undo.ts';
import { clusterEnv } from './cluster.ts';
import { conclude } from './conclude.ts';
import { type ClusterEnd, drive } from './drive.ts';
import { openRollout, type RolloutEnv } from './open.ts';
import type { RolloutSession } from './session.ts';
import { watch } from './watch.ts';
import { planWaves, type WaveRequest } from './waves.ts';

/** What is undone on a cluster: as many targets, of these steps. */
export interface ClusterUndo {
  cluster: string;
  targets: number;
  choice: UndoChoice;
}

export interface UndoRequest {
  waves: WaveRequest;
  parallel: number;
  /** Failed clusters allowed; undefined for no limit. A failed canary stops the undo all the same. */
  maxFailed?: string;
  gate: string;
  soakMs: number;
}

/** The undo of a rollout as a rollout of its own: what was begun last comes first, and what needs a cluster before it. */
export function undoPlan(
  plan: RolloutPlan,
  undos: readonly ClusterUndo[],
  request: UndoRequest,
): RolloutPlan {
  const targets = new Map(undos.map(({ cluster, targets }) => [cluster, targets]));
  const chosen = plan.clusters.filter(({ name }) => targets.has(name)).reverse();
  const members = chosen.map(({ name, nodes }) => ({
    name,
    size: nodes,
    needs: chosen.flatMap((other) => (other.needs?.includes(name) ? [other.name] : [])),
  }));
  const { order, waves, canary } = planWaves(members, request.waves);
  const byName = new Map(members.map((member) => [member.name, member]));
  const clusters = order.map((name) => {
    const { plan: hash, nodes } = chosen.find((cluster) => cluster.name === name)!;
    const { needs } = byName.get(name)!;
    return { name, plan: hash, nodes, targets: targets.get(name)!, ...(needs.length > 0 && { needs }) };
  });
  const { maxFailed = '100%', gate, soakMs } = request;
  const { name, title, reason } = plan;
  return sealRollout(
    {
      name,
      title: `undo of: ${title}`,
      reason,
      clusters,
      leftOut: [],
      waves,
      ...(canary && { canary }),
      parallel: Math.max(1, Math.min(request.parallel, clusters.length)),
      maxFailed: resolveAmount(parseAmount(maxFailed, '--max-failed-clusters'), clusters.length, 'down'),
      soakMs: waves.length > 1 ? soakMs : 0,
      gate,
    },
    new Date(plan.createdAt),
  );
}

/**
 * Undoes the runs of a rollout, each by its own journal: what is undone already is not undone again. `some`: only what the
 * operator named, so that the rest of the rollout may still be resumed.
 */
export function undoRollout(
  rolloutId: string,
  env: RolloutEnv,
  plan: RolloutPlan,
  undos: readonly ClusterUndo[],
  { some = false }: { some?: boolean } = {},
): Promise<RolloutVerdict> {
  return openRollout(rolloutId, env, { forked: 'allowed' }, async (session) => {
    const startedAt = env.now().toISOString();
    const text = env.reason === undefined ? {} : { text: env.reason };
    const named = some ? { clusters: undos.map(({ cluster }) => cluster) } : {};
    await session.record({ kind: 'operator', what: 'undo', operator: env.operator, ...text, ...named });
    const choices = new Map(undos.map(({ cluster, choice }) => [cluster, choice]));
    const memory = new RolloutMemory(plan);
    const undoing: RolloutSession = { ...session, memory, record: (body) => record(session, memory, body) };
    const why = await drive({
      memory,
      stop: env.stop,
      domainsOf: domainsIn(env.kit),
      record: undoing.record,
      runOf: session.runOf,
      carryOut: (cluster) => undoCluster(undoing, cluster, choices.get(cluster) ?? {}),
    });
    const interrupted = env.stop.aborted;
    const verdict = conclude(memory, { rolloutId, startedAt, now: env.now(), interrupted, why });
    const { next: _, ...told } = verdict;
    return verdict.next === undefined ? told : { ...told, next: `fireaxe undo ${rolloutId}` };
  });
}

/** The journal tells the undo of a cluster from its run. */
function record(session: RolloutSession, memory: RolloutMemory, body: JournalBody): Promise<void> {
  memory.learn(body);
  return session.record(body.kind === 'cluster' ? { ...body, op: 'undo' } : body);
}

async function undoCluster(
  session: RolloutSession,
  cluster: string,
  choice: UndoChoice,
): Promise<ClusterEnd> {
  const run = session.runOf(cluster);
  try {
    const plan = await session.planOf(cluster);
    const watching = watch(session, plan);
    try {
      const answered = await watching.answering();
      if (session.env.stop.aborted) return { run, state: 'interrupted' };
      const verdict = await undoRun(run, clusterEnv(session, cluster), choice);
      const end = { run, ended: verdict.state, counts: verdict.counts };
      if (verdict.state === 'interrupted') return { ...end, state: 'interrupted' };
      const [irreversible] = verdict.irreversible;
      if (verdict.state !== 'done')
        return { ...end, state: 'failed', why: irreversible ?? `the undo ended ${verdict.state}` };
      const gate = await watching.gate(answered);
      if (gate.open) return { ...end, state: 'ok' };
      if (session.env.stop.aborted) return { ...end, state: 'interrupted' };
      return { ...end, state: 'failed', why: `undone, but the gate did not open: ${gate.text}` };
    } finally {
      await watching.close();
    }
  } catch (error) {
    return { run, state: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}
