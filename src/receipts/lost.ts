import { flagOf } from '../actions/params.ts';
import { ACTION_NAMES, actionNamed } from '../actions/registry.ts';
import { foldLine, foldNames } from '../base/fold-names.ts';
import { quote } from '../base/quote.ts';
import type { Order } from '../node/order.ts';
import { mayStand } from './line.ts';
import type { KnownRun } from './runs.ts';

/** Of a pause the manifest stays away: it survives. */
const SURVIVES: readonly string[] = ['pause'];

/** What a restart of these nodes removes, a line for each step, and the command that makes it again. */
export function lostByRestart(runs: KnownRun[], cluster: string, at: Date): string[] {
  return runs.flatMap(({ run, steps }) =>
    steps.flatMap(({ step, order, nodes }) => {
      const standing = nodes.filter((one) => mayStand(one, at)).map(({ node }) => node);
      if (standing.length === 0 || (order && SURVIVES.includes(order.action))) return [];
      const again = order && commandOf(order, standing, cluster);
      const whose = order ? `${order.action} of ${order.operator}` : step;
      const what = `the restart of ${foldLine(standing)} removes ${whose} (run ${run})`;
      return [`${what}${again ? `; make it again afterwards: ${again}` : ''}`];
    }),
  );
}

/** The verb that made a step; undefined where its parameters have no flags. */
function commandOf(
  { action, params = {}, reason }: Order,
  nodes: string[],
  cluster: string,
): string | undefined {
  if (!(ACTION_NAMES as readonly string[]).includes(action)) return undefined;
  const { parameters } = actionNamed(action);
  const words: string[] = [];
  for (const [name, given] of Object.entries(params)) {
    const flag = flagOf(parameters, name);
    if (flag === undefined) return undefined;
    if (given === false) continue;
    for (const one of [given].flat()) words.push(one === true ? flag : `${flag} ${quote(String(one))}`);
  }
  const where = ['-c', quote(cluster), '--nodes', quote(foldNames(nodes).join(','))];
  return ['fireaxe', action, ...words, ...where, '--reason', quote(reason)].join(' ');
}
