import { actionNamed } from '../actions/registry.ts';
import { clusterNamed } from '../kit/cluster-named.ts';
import { actionSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import { lostByRestart } from '../receipts/lost.ts';
import type { CliContext } from './context.ts';
import { askNodes } from './on-nodes.ts';

/** What stands on the nodes that a plan restarts: its author must know what is gone afterwards. */
export async function lostByPlan(plan: Plan, context: CliContext): Promise<string[]> {
  const restarted = actionSteps(plan).filter(
    ({ action }) => actionNamed(action).takesOut === 'one-at-a-time',
  );
  const cluster = clusterNamed(context.kit, plan.cluster);
  if (restarted.length === 0 || !cluster) return [];
  const nodes = new Set(restarted.flatMap(({ targets }) => targets));
  const { at, readings, runs } = await askNodes(context, cluster, ({ name }) => nodes.has(name), {});
  const silent = readings.filter(({ why }) => why !== undefined).map(({ node }) => node);
  return [
    ...lostByRestart(runs, cluster.name, at),
    ...(silent.length > 0
      ? [`the restart may remove more, on nodes that did not tell: ${silent.join(', ')}`]
      : []),
  ];
}
