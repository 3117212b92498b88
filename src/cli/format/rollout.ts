import { nodesText } from '../../base/counts-line.ts';
import { formatDuration } from '../../base/duration.ts';
import { foldLine } from '../../base/fold-names.ts';
import { AS_BEFORE, NO_GATE, type RolloutPlan, unverified } from '../../plan/rollout/types.ts';
import { actionSteps, targetsOf } from '../../plan/steps.ts';
import type { Plan } from '../../plan/types.ts';
import { wavesOf } from '../../rollout/decide.ts';
import { planLines } from './plan.ts';

/** `1 cluster`, `12 clusters`. */
export const clustersText = (n: number): string => `${n} ${n === 1 ? 'cluster' : 'clusters'}`;

/** A rollout as the operator reads it before consenting: how it goes, what is done on a cluster, and every target. */
export function rolloutLines(rollout: RolloutPlan, plans: ReadonlyMap<string, Plan>): string[] {
  const { clusters, leftOut, hash, title, reason } = rollout;
  const nodes = clusters.reduce((sum, cluster) => sum + cluster.nodes, 0);
  const lines = [
    `rollout ${hash.slice(0, 12)}: ${title} (${clustersText(clusters.length)}, ${nodesText(nodes)})`,
    `  reason: ${reason || '(none yet)'}`,
    ...paceLines(rollout).map((line) => `  ${line}`),
    ...leftOut.map(({ cluster, why }) => `  WARNING: ${cluster} is left out: ${why}`),
  ];
  for (const group of alike(rollout, plans)) lines.push(...groupLines(group));
  return lines.map((line) => line.replace(/\s*\n\s*/g, ' '));
}

export function paceLines(rollout: RolloutPlan): string[] {
  const { clusters, canary, waves, parallel, maxFailed } = rollout;
  const needs = clusters.flatMap(({ name, needs }) =>
    needs ? [`${name} begins after ${needs.join(' and ')}`] : [],
  );
  if (clusters.length === 1) return [];
  const atOnce = unverified(rollout);
  const loud = atOnce > 0 ? [`WARNING: no canary: a mistake reaches ${clustersText(atOnce)} at once`] : [];
  if (waves.length === 1) return [...loud, ...needs];
  const names = wavesOf(rollout);
  const lines = names.map((wave, i) => {
    const first = canary && i === 0 ? 'canary, which must succeed' : `wave ${i + 1} of ${names.length}`;
    return `${first}: ${foldLine(wave)} (${wave.length})`;
  });
  const worst = Math.min(clusters.length, maxFailed + Math.min(parallel, Math.max(...waves)));
  const limit =
    maxFailed < clusters.length
      ? `aborts after ${maxFailed + 1} failed ${maxFailed === 0 ? 'cluster' : 'clusters'}; at most ${clustersText(worst)} affected`
      : 'no limit of failed clusters';
  return [
    ...loud,
    ...lines,
    `at most ${clustersText(parallel)} at a time; ${limit}`,
    gateLine(rollout),
    ...needs,
  ];
}

function gateLine({ gate, soakMs }: RolloutPlan): string {
  const soak = formatDuration(soakMs);
  if (gate === NO_GATE) return `WARNING: between waves: no gate, only ${soak} of soak`;
  const servers =
    gate === AS_BEFORE ? 'as many API servers ready as before' : `${gate} of the API servers ready`;
  return `between waves: on each cluster ${servers}, for ${soak}`;
}

interface Group {
  plans: Plan[];
}

/** Clusters on which the same is done; only their targets differ. */
function alike({ clusters }: RolloutPlan, plans: ReadonlyMap<string, Plan>): Group[] {
  const groups = new Map<string, Group>();
  for (const { name } of clusters) {
    const plan = plans.get(name);
    if (!plan) continue;
    const key = JSON.stringify([plan.params, ...plan.workstreams.map(doneBy)]);
    const group = groups.get(key) ?? { plans: [] };
    groups.set(key, group);
    group.plans.push(plan);
  }
  return [...groups.values()];
}

/** What a workstream does, whatever it does it to. */
function doneBy({ name, title, needs, steps }: Plan['workstreams'][number]): unknown {
  return [
    name,
    title,
    needs,
    steps.map((step) =>
      step.kind === 'action'
        ? [step.id, step.action, step.title, step.danger, step.params, step.gate, step.via, step.warnings]
        : step,
    ),
  ];
}

function groupLines({ plans }: Group): string[] {
  const [first, ...others] = plans;
  // Without its first lines: the rollout has said them.
  const [, , ...steps] = planLines(first!);
  const lines = [`  on ${first!.cluster}:`, ...steps.map((line) => `  ${line}`)];
  if (others.length > 0) lines.push(`  the same on ${clustersText(others.length)}:`);
  for (const plan of others) lines.push(`    ${plan.cluster}: ${targetsLine(plan)}`);
  return lines;
}

function targetsLine(plan: Plan): string {
  const steps = actionSteps(plan);
  if (steps.length === 1) return `${nodesText(steps[0]!.targets.length)}: ${foldLine(steps[0]!.targets)}`;
  const each = steps.map(({ id, targets }) => `${id} (${targets.length})`);
  return `${nodesText(targetsOf(plan).size)}: ${each.join(', ')}`;
}
