import { usage } from '../base/errors.ts';
import { clusterNamed, clusterNames } from '../kit/cluster-named.ts';
import { targetsOf } from '../kit/targets.ts';
import type { ClusterKit, Target } from '../kit/types.ts';
import type { ActionContext } from '../node/types.ts';
import type { Plan } from '../plan/types.ts';
import type { OutcomeReason } from '../transport/types.ts';
import { Readings } from './gate/readings.ts';
import type { Journal } from './journal/journal.ts';
import { RunMemory } from './memory.ts';
import { Background } from './step/background.ts';
import { NodeClocks } from './step/node-clocks.ts';
import type { JournalBody, JournalRecord, RunEnv, RunEvent } from './types.ts';

/** A run in progress: its plan, its memory, its journal and the environment it acts in. */
export interface Session {
  runId: string;
  dir: string;
  plan: Plan;
  memory: RunMemory;
  env: RunEnv;
  context: ActionContext;
  background: Background;
  targets: Map<string, Target>;
  clocks: NodeClocks;
  readings: Readings;
  /** For the cloud sides of its actions. */
  shared: Map<string, unknown>;
  /** Journals a record; resolves when it is on the disk. Memory and views get it at once; views may be shown more. */
  record(body: JournalBody, shown?: JournalBody): Promise<void>;
  /** Shows the views what is not journaled. */
  emit(event: RunEvent): void;
}

/** Joins a plan with the kit; `records` are those of an earlier process of the same run. */
export function openSession(
  run: { runId: string; dir: string; plan: Plan },
  journal: Journal,
  env: RunEnv,
  records: JournalRecord[] = [],
): Session {
  const cluster = clusterOf(run.plan, env);
  const targets = new Map(targetsOf(cluster).map((t) => [t.name, t]));
  const memory = RunMemory.of(records) ?? new RunMemory(run.plan);
  const context = { cluster, nodes: cluster.fleet.nodes };
  env.onOpen?.({ runId: run.runId, dir: run.dir, records });
  return {
    ...run,
    memory,
    background: new Background(),
    env,
    context,
    targets,
    clocks: new NodeClocks(env.now),
    readings: new Readings(env, context, targets.values()),
    shared: new Map(),
    record(body, shown = body) {
      const at = env.now().toISOString();
      memory.learn(body, at);
      env.onEvent({ ...shown, at });
      return journal.append(body);
    },
    emit: (event) => env.onEvent(event),
  };
}

/**
 * The targets of these names. One that the kit's fleet no longer has (a machine that was replaced) has no transport:
 * it is reported as unreachable and does not keep the others from being resumed or undone.
 */
export function resolveTargets(
  { targets, plan }: Pick<Session, 'targets' | 'plan'>,
  names: string[],
): Target[] {
  return names.map((name) => targets.get(name) ?? gone(name, plan.cluster));
}

function gone(name: string, cluster: string): Target {
  const nowhere = { address: '', port: 0, internalAddress: '', labels: {} };
  const ssh = { user: '', useAgent: false, sudo: false };
  return { name, cluster, roles: [], ...nowhere, ssh, via: [] };
}

/** Why a target has no transport. */
export function whyNoTransport({ name, cluster }: Target): OutcomeReason {
  return {
    code: 'not-in-fleet',
    message: `the kit's fleet of ${cluster} has no node ${name}`,
    next: 'if it still exists, use the kit that the plan was made with',
  };
}

export function clusterOf(plan: Plan, env: Pick<RunEnv, 'kit'>): ClusterKit {
  const cluster = clusterNamed(env.kit, plan.cluster);
  if (cluster) return cluster;
  throw usage(`the kit has no cluster ${plan.cluster}`, {
    place: env.kit.path,
    expected: `one of: ${clusterNames(env.kit).join(', ')}`,
  });
}
