import { parseAmount, resolveAmount } from '../base/amount.ts';
import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { describeFleet, zoneOf } from './labels.ts';
import { expandNodeset } from './nodeset.ts';
import { matches, parseSelector } from './selector.ts';
import type { FleetNode } from './types.ts';

/** As typed: --selector, --nodes, --limit. */
export interface Selection {
  selector?: string | undefined;
  nodes?: string | undefined;
  limit?: string | undefined;
}

/** The nodes that a selection means, in the fleet's order. Never none: that is an error which says what there is. */
export function selectNodes<N extends FleetNode>(fleet: N[], selection: Selection): N[] {
  let chosen = fleet;
  if (selection.nodes !== undefined) {
    const names = expandNodeset(selection.nodes);
    refuseUnknown(names, fleet);
    const wanted = new Set(names);
    chosen = chosen.filter((node) => wanted.has(node.name));
  }
  if (selection.selector !== undefined) {
    const selector = parseSelector(selection.selector);
    chosen = chosen.filter((node) => matches(selector, node));
  }
  if (selection.limit !== undefined && chosen.length > 0) {
    const amount = parseAmount(selection.limit, '--limit');
    chosen = spread(chosen, resolveAmount(amount, chosen.length, 'up'));
  }
  if (chosen.length === 0) throw nothing(fleet, selection);
  return chosen;
}

/** So many of the nodes, from every zone in turn, in the order given. */
export function spread<N extends FleetNode>(nodes: N[], count: number): N[] {
  if (count >= nodes.length) return nodes;
  const zones = new Map<string, N[]>();
  for (const node of nodes) {
    const zone = zoneOf(node);
    const members = zones.get(zone);
    if (members) members.push(node);
    else zones.set(zone, [node]);
  }
  const queues = [...zones].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
  const taken = new Set<N>();
  for (let round = 0; taken.size < count; round++) {
    for (const queue of queues) {
      const node = queue[round];
      if (node && taken.size < count) taken.add(node);
    }
  }
  return nodes.filter((node) => taken.has(node));
}

function refuseUnknown(names: string[], fleet: FleetNode[]): void {
  const known = new Set(fleet.map((node) => node.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const meant = nearest(unknown[0]!, known);
  const more = unknown.length > 1 ? ` (and ${unknown.length - 1} more)` : '';
  throw usage(`the fleet has no node ${unknown[0]}${more}`, {
    place: '--nodes',
    expected: meant ? `perhaps ${meant}; ${describeFleet(fleet)}` : describeFleet(fleet),
    next: 'fireaxe nodes',
  });
}

function nothing(fleet: FleetNode[], selection: Selection) {
  const flags = Object.entries(selection)
    .filter(([, typed]) => typed !== undefined)
    .map(([flag, typed]) => `--${flag} ${JSON.stringify(typed)}`);
  return usage(`no node is meant by ${flags.join(' ') || 'this'}`, {
    place: flags[0] ?? 'fleet',
    expected: `some of: ${describeFleet(fleet)}`,
    next: 'fireaxe nodes',
  });
}
