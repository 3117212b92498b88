import { parseAmount, resolveAmount } from '../../base/amount.ts';
import type { NodesSpec } from '../../plan/types.ts';
import type { NodeLoad } from '../../probe/load/types.ts';
import type { Verdict } from './verdict.ts';

const MOST_NAMED = 3;

/**
 * Whether enough of the nodes that were read are within the limits. A node that could not be reached says nothing; a runtime
 * or a log that does not answer is over its limits. What can never be read on a node does not hold the gate shut, and the text says so.
 */
export function nodesMeet(spec: NodesSpec, nodes: NodeLoad[]): { verdict: Verdict; text: string } {
  if (nodes.length === 0) return { verdict: 'met', text: 'no node concerned yet' };
  const needed = resolveAmount(parseAmount(spec.calm, 'gate.nodes.calm'), nodes.length, 'up');
  const judged = nodes.map((load) => ({ load, over: load.reached ? overLimit(spec, load) : [] }));
  const unseen = nodes.filter(({ reached }) => !reached);
  const calm = judged.filter(({ load, over }) => load.reached && over.length === 0).length;
  const busy = judged.filter(({ over }) => over.length > 0);
  const parts = [
    `${calm}/${nodes.length} nodes calm (${needed} needed)`,
    ...busy.slice(0, MOST_NAMED).map(({ load, over }) => `${load.node} ${over.join(' ')}`),
    ...(busy.length > MOST_NAMED ? [`and ${busy.length - MOST_NAMED} more busy`] : []),
    ...unseen.slice(0, MOST_NAMED).map(({ node, note }) => `${node} not reached${note ? `: ${note}` : ''}`),
    ...(unseen.length > MOST_NAMED ? [`and ${unseen.length - MOST_NAMED} more not reached`] : []),
    ...unmeasured(spec, nodes),
  ];
  const verdict = calm >= needed ? 'met' : calm + unseen.length >= needed ? 'unseen' : 'unmet';
  return { verdict, text: parts.join(', ') };
}

/** What of a node is over its limit, each with the limit; a rate that is not measured yet is over it. */
export function overLimit(spec: NodesSpec, load: NodeLoad): string[] {
  const { limits } = spec;
  const over: string[] = [];
  const above = (is: number | undefined, limit: number, what: string, unit = '') => {
    if (is !== undefined && is > limit)
      over.push(`${Math.round(is)}${unit} ${what} (at most ${limit}${unit})`);
  };
  if (load.runtime === 'no-answer') over.push('runtime no-answer');
  if (load.kubelet === 'failing') over.push('kubelet failing');
  if (load.log === 'no-answer') over.push('log no-answer');
  above(load.pulls, limits.pulls, 'pulls');
  above(load.failed, limits.failed, 'failed pulls/min');
  const refused = load.throttled === undefined ? undefined : load.throttled + (load.timeouts ?? 0);
  above(refused, limits.registry, '429s and time-outs/min');
  above(load.waiting, limits.waiting, 'pods wait');
  above(load.restarts, limits.restarts, 'restarts/min');
  above(load.conntrackPercent, limits.conntrackPercent, 'of conntrack', '%');
  const most = uplinkLimit(spec, load);
  if (most !== undefined && load.uplinkMbit === undefined && load.unread.uplink === undefined)
    over.push('uplink not measured yet');
  else if (most !== undefined) above(load.uplinkMbit, most, 'Mbit/s of uplink');
  return over;
}

/** In megabits a second; undefined where a share is asked for and the interface does not know its speed. */
function uplinkLimit({ limits }: NodesSpec, { speedMbit }: NodeLoad): number | undefined {
  const amount = parseAmount(limits.uplink, 'gate.nodes.uplink');
  if ('count' in amount) return amount.count;
  return speedMbit === undefined ? undefined : (speedMbit * amount.percent) / 100;
}

/** What could not be measured on nodes that were reached: `uplink not measured on 3 (speed unknown)`. */
function unmeasured(spec: NodesSpec, nodes: NodeLoad[]): string[] {
  const whys = new Map<string, string[]>();
  const add = (what: string, why: string) => whys.set(what, [...(whys.get(what) ?? []), why]);
  for (const load of nodes.filter(({ reached }) => reached)) {
    for (const [what, why] of Object.entries(load.unread)) add(what, why);
    if (load.unread.uplink === undefined && uplinkLimit(spec, load) === undefined)
      add('uplink', 'its speed is unknown; give Mbit/s');
    if (load.kubelet === 'no-answer') add('kubelet', 'no-answer');
  }
  return [...whys].map(([what, [why, ...more]]) => `${what} not measured on ${1 + more.length} (${why})`);
}
