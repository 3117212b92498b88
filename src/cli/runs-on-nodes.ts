import { usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { selectNodes } from '../fleet/select.ts';
import { mayStand } from '../receipts/line.ts';
import type { KnownRun } from '../receipts/runs.ts';
import { eachCluster } from './clusters/each.ts';
import { type Flags, openContext, selectionOf } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { knownRunLines } from './format/known-runs.ts';
import { nextCommand } from './next-command.ts';
import { askNodes, untoldLines } from './on-nodes.ts';
import { flagOf } from './option.ts';
import { targetOptions } from './options.ts';
import { overridesOf } from './overrides.ts';
import type { CliIo } from './types.ts';

/** Refuses a selection of nodes where no node is asked. */
export function refuseSelection(flags: Flags): void {
  for (const [name, option] of Object.entries(targetOptions)) {
    if (flags[name as keyof typeof targetOptions] === undefined) continue;
    throw usage(`${flagOf(option)} selects nodes, and no node is asked`, {
      place: flagOf(option),
      next: 'add --on-nodes to ask the nodes',
    });
  }
}

/** The runs that the nodes know. */
export async function runsOnNodes(flags: Flags, io: CliIo): Promise<number> {
  const context = await openContext(flags, io);
  const pace = overridesOf(flags);
  return eachCluster(context, async (context, cluster) => {
    const { sink } = context;
    const chosen = new Set(selectNodes(cluster.fleet.nodes, selectionOf(flags)).map(({ name }) => name));
    const { at, readings, runs } = await askNodes(context, cluster, ({ name }) => chosen.has(name), pace);
    const untold = untoldLines(readings);
    for (const line of untold) sink.note(`warning: ${line}`);
    if (runs.length > 0) for (const line of knownRunLines(runs, at)) sink.text(line);
    else sink.note(`no runs on ${cluster.name}`);
    const standing = runs.find(({ steps }) =>
      steps.some(({ nodes }) => nodes.some((one) => mayStand(one, at))),
    );
    if (standing)
      sink.note(
        `next: ${nextCommand(`fireaxe undo ${standing.run} --from-nodes -c ${quote(cluster.name)}`, flags)}`,
      );
    for (const run of runs) sink.event({ run: withInForce(run, at) });
    sink.json({
      cluster: cluster.name,
      at: at.toISOString(),
      runs: runs.map((run) => withInForce(run, at)),
      notKnown: readings.filter(({ why }) => why !== undefined).map(({ receipts: _, ...rest }) => rest),
    });
    if (io.stop.aborted) return EXIT.interrupted;
    return untold.length > 0 ? EXIT.targets : EXIT.done;
  });
}

/** Whether each change may stand, so that a script need not know the states. */
function withInForce(run: KnownRun, at: Date) {
  const steps = run.steps.map(({ nodes, ...step }) => ({
    ...step,
    nodes: nodes.map(({ order: _, ...one }) => ({ ...one, inForce: mayStand({ ...one, ...step }, at) })),
  }));
  return { ...run, steps };
}
