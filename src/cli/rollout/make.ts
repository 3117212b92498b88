import { parseAmount, resolveAmount } from '../../base/amount.ts';
import { FireaxeError } from '../../base/errors.ts';
import { systemWords } from '../../base/system-error.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { sealRollout } from '../../plan/rollout/seal.ts';
import type { RolloutPlan } from '../../plan/rollout/types.ts';
import { actionSteps, targetsOf } from '../../plan/steps.ts';
import type { Plan } from '../../plan/types.ts';
import { planWaves } from '../../rollout/waves.ts';
import type { RolloutRequest } from './options.ts';

/** A rollout with the plans of its clusters. */
export interface Rollout {
  rollout: RolloutPlan;
  /** By cluster. */
  plans: ReadonlyMap<string, Plan>;
}

/** A selected cluster, and how large the kit says it is. */
interface Selected {
  name: string;
  size?: number;
}

interface Makers {
  /** Throws where the cluster cannot be opened. */
  open(name: string): Promise<ClusterKit>;
  /** Throws where the cluster has no such plan. */
  planFor(cluster: ClusterKit): Promise<Plan>;
  /** Told after each cluster, whether it has a plan or is left out. */
  onPlanned?(): void;
  /** Clusters that one comes after. */
  needs?: ReadonlyMap<string, readonly string[]>;
  now: Date;
}

/**
 * One plan for each cluster, and the order in which they run. A cluster that cannot be opened or planned is left out, which
 * the rollout says; where that is true of all of them, the first error is thrown.
 */
export async function makeRollout(
  selected: readonly Selected[],
  request: RolloutRequest,
  { open, planFor, onPlanned, needs: all = new Map(), now }: Makers,
): Promise<Rollout> {
  const needsOf = (name: string) => (all.get(name) ?? []).filter((need) => plans.has(need));
  const plans = new Map<string, Plan>();
  const sizes = new Map<string, number>();
  const leftOut: RolloutPlan['leftOut'] = [];
  let first: { error: unknown } | undefined;
  for (const { name, size } of selected) {
    try {
      const cluster = await open(name);
      plans.set(name, await planFor(cluster));
      sizes.set(name, size ?? cluster.fleet.nodes.length);
    } catch (error) {
      first ??= { error };
      leftOut.push({ cluster: name, why: whyOf(error) });
    }
    onPlanned?.();
  }
  leaveOutNeedy(plans, all, leftOut);
  if (plans.size === 0 && first) throw first.error;
  const members = [...plans.keys()].map((name) => ({ name, size: sizes.get(name)!, needs: needsOf(name) }));
  const { order: chosen, waves: shape, parallel, maxFailed, gate, soakMs } = request;
  const { order, waves, canary } = planWaves(members, { ...shape, ...(chosen && { order: chosen }) });
  const clusters = order.map((name) => {
    const plan = plans.get(name)!;
    const needs = needsOf(name);
    return {
      name,
      plan: plan.hash,
      nodes: targetsOf(plan).size,
      targets: actionSteps(plan).reduce((sum, step) => sum + step.targets.length, 0),
      ...(needs.length > 0 && { needs }),
    };
  });
  const { name, title, reason } = plans.get(order[0]!)!;
  const rollout = sealRollout(
    {
      name,
      title,
      reason,
      clusters,
      leftOut,
      waves,
      ...(canary && { canary }),
      parallel: Math.min(parallel, clusters.length),
      maxFailed: resolveAmount(parseAmount(maxFailed, '--max-failed-clusters'), clusters.length, 'down'),
      soakMs: waves.length > 1 ? soakMs : 0,
      gate,
    },
    now,
  );
  return { rollout, plans };
}

/** The place, too: nothing else tells which file of the kit is wrong. */
function whyOf(error: unknown): string {
  const place = error instanceof FireaxeError ? error.place : undefined;
  return place === undefined ? systemWords(error) : `${systemWords(error)} (${place})`;
}

/** What comes after a cluster that is left out would begin without it: it is left out, too. */
function leaveOutNeedy(
  plans: Map<string, Plan>,
  all: ReadonlyMap<string, readonly string[]>,
  leftOut: RolloutPlan['leftOut'],
): void {
  for (let more = true; more; ) {
    more = false;
    for (const name of plans.keys()) {
      const missing = all.get(name)?.find((need) => leftOut.some(({ cluster }) => cluster === need));
      if (missing === undefined) continue;
      plans.delete(name);
      leftOut.push({ cluster: name, why: `it needs ${missing}, which is left out` });
      more = true;
    }
  }
}

/** Each node of each cluster once. */
export const nodesOf = ({ clusters }: Pick<RolloutPlan, 'clusters'>): number =>
  clusters.reduce((sum, { nodes }) => sum + nodes, 0);
