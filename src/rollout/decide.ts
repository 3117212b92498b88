import { type Domains, takeFairly } from '../base/fairly.ts';
import type { RolloutPlan } from '../plan/rollout/types.ts';
import type { ClusterState } from '../run/types.ts';

export interface Decision {
  /** To begin now. */
  launch: string[];
  /** What they need failed. */
  skip: { cluster: string; why: string }[];
  /** Why no further cluster is begun. */
  stopped?: string;
}

/** What a rollout does next, by the states of its clusters alone, and fair to what fails together. */
export function decide(
  plan: RolloutPlan,
  stateOf: (cluster: string) => ClusterState,
  domainsOf: Domains<string> = (cluster) => [cluster],
): Decision {
  const stopped = whyStopped(plan, stateOf);
  if (stopped !== undefined) return { launch: [], skip: [], stopped };
  const skip: Decision['skip'] = [];
  const skipped = new Set<string>();
  const lost = (name: string) => skipped.has(name) || ['failed', 'skipped'].includes(stateOf(name));
  // In launch order a need comes before what needs it.
  for (const { name, needs = [] } of plan.clusters) {
    const missing = needs.find(lost);
    if (stateOf(name) !== 'waiting' || missing === undefined) continue;
    skipped.add(name);
    skip.push({ cluster: name, why: `it needs ${missing}` });
  }
  const running = plan.clusters.map(({ name }) => name).filter((name) => stateOf(name) === 'running');
  const waiting = currentWave(plan, stateOf).filter(
    (name) => stateOf(name) === 'waiting' && !skipped.has(name),
  );
  return { launch: takeFairly(waiting, running, plan.parallel - running.length, domainsOf), skip };
}

/** The names of each wave. */
export function wavesOf({ clusters, waves }: Pick<RolloutPlan, 'clusters' | 'waves'>): string[][] {
  let from = 0;
  return waves.map((size) => {
    from += size;
    return clusters.slice(from - size, from).map(({ name }) => name);
  });
}

/** The first wave of which some cluster has not ended; none where all have. */
function currentWave(plan: RolloutPlan, stateOf: (cluster: string) => ClusterState): string[] {
  const open = ['waiting', 'running', 'interrupted'];
  return wavesOf(plan).find((wave) => wave.some((name) => open.includes(stateOf(name)))) ?? [];
}

function whyStopped(plan: RolloutPlan, stateOf: (cluster: string) => ClusterState): string | undefined {
  const failed = plan.clusters.map(({ name }) => name).filter((name) => stateOf(name) === 'failed');
  const canary = plan.canary ? wavesOf(plan)[0]!.find((name) => failed.includes(name)) : undefined;
  if (canary !== undefined) return `the canary ${canary} failed`;
  if (failed.length <= plan.maxFailed) return undefined;
  return `${failed.length} failed ${failed.length === 1 ? 'cluster' : 'clusters'}, ${plan.maxFailed} allowed`;
}
