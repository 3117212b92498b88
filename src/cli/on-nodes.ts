import { nodesText } from '../base/counts-line.ts';
import { foldLine } from '../base/fold-names.ts';
import { targetsOf } from '../kit/targets.ts';
import type { ClusterKit, Target } from '../kit/types.ts';
import { DEFAULTS, type Overrides } from '../plan/request.ts';
import type { NodeReceipts } from '../receipts/read.ts';
import type { KnownRun } from '../receipts/runs.ts';
import { openReader } from '../run/gate/reach.ts';
import type { CliContext } from './context.ts';
import { credentialsWatch } from './credentials-failure.ts';
import { runEnvironment } from './environment.ts';
import { openKeys } from './passphrases.ts';

/** What the nodes of a cluster know of runs. */
export interface OnNodes {
  at: Date;
  /** One for each node that was asked. */
  readings: NodeReceipts[];
  /** Newest first. */
  runs: KnownRun[];
}

/** Asks these nodes of a cluster for their receipts: what was done to them, from whatever machine. Changes nothing. */
export async function askNodes(
  context: CliContext,
  cluster: ClusterKit,
  asked: (target: Target) => boolean,
  { parallel = DEFAULTS.parallel, timeoutMs, via }: Pick<Overrides, 'parallel' | 'timeoutMs' | 'via'>,
): Promise<OnNodes> {
  const { io } = context;
  await openKeys(context, cluster.name, via ? [via] : undefined);
  const ended = io.inFlight();
  const { env, close } = runEnvironment(context, () => {});
  const { readAllReceipts } = await import('../receipts/read.ts');
  const { knownRuns } = await import('../receipts/runs.ts');
  const reader = openReader(env, cluster, timeoutMs, parallel);
  const targets = targetsOf(cluster)
    .filter(asked)
    .map((target) => (via ? { ...target, via } : target));
  try {
    const { nodes } = cluster.fleet;
    const credentials = credentialsWatch();
    const reach = credentials.follow(reader.reach);
    const deps = { reach, now: io.now, context: { cluster, nodes } };
    const readings = await readAllReceipts(deps, targets);
    credentials.check();
    return { at: io.now(), readings, runs: knownRuns(readings, nodes) };
  } finally {
    await reader.close();
    await close();
    ended();
  }
}

/** The nodes that did not tell all, one line for each reason. */
export function untoldLines(readings: NodeReceipts[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { node, state, why } of readings) {
    if (why === undefined) continue;
    const key = state === 'ok' ? why : `${state}: ${why}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups].map(
    ([why, nodes]) => `not known of ${nodesText(nodes.length)}: ${foldLine(nodes)}: ${why}`,
  );
}
