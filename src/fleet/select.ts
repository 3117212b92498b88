import { parseAmount, resolveAmount } from '../base/amount.ts';
import { FireaxeError } from '../base/errors.ts';
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

/** No node of the fleet is selected: elsewhere there may be some. */
export class NoNodes extends FireaxeError {}

/** The nodes that match a selection, in the fleet's order. Throws where none does, and says what the fleet has. */
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

/**
 * This many of the nodes, in the order given, from each zone its share. A zone gives its last node only when every other
 * zone is down to its last, too. A node that is taken for a small count is taken for any larger one.
 */
export function spread<N extends FleetNode>(nodes: N[], count: number): N[] {
  if (count >= nodes.length) return nodes;
  const byZone = new Map<string, { left: N[]; size: number }>();
  for (const node of nodes) {
    const zone = byZone.get(zoneOf(node)) ?? { left: [], size: 0 };
    zone.left.push(node);
    zone.size++;
    byZone.set(zoneOf(node), zone);
  }
  const zones = [...byZone].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, zone]) => zone);
  const taken = new Set<N>();
  while (taken.size < count) {
    const open = zones.filter((z) => z.left.length > 0);
    const spare = open.filter((z) => z.left.length > 1);
    // Below its part of what is taken so far: keeps every zone within one of it, as far as its last node allows.
    const parts = (spare.length > 0 ? spare : open).map((zone) => ({
      zone,
      due: zone.size - zone.left.length < ((taken.size + 1) * zone.size) / nodes.length,
      share: (zone.size - zone.left.length + 1) / zone.size,
    }));
    const next = parts.reduce((a, b) => (isBefore(b, a) ? b : a)).zone;
    taken.add(next.left.shift()!);
  }
  return nodes.filter((node) => taken.has(node));
}

type Part = { zone: { left: unknown[]; size: number }; due: boolean; share: number };

/** Which zone to take from first: in a draw the one with the smaller share so far, then by name. */
function isBefore(a: Part, b: Part): boolean {
  if (a.due !== b.due) return a.due;
  if (a.share !== b.share) return a.share < b.share;
  return a.zone.left.length / a.zone.size > b.zone.left.length / b.zone.size;
}

function refuseUnknown(names: string[], fleet: FleetNode[]): void {
  const known = new Set(fleet.map((node) => node.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const meant = nearest(unknown[0]!, known);
  const more = unknown.length > 1 ? ` (and ${unknown.length - 1} more)` : '';
  const Mistake = unknown.length === names.length ? NoNodes : FireaxeError;
  throw new Mistake('usage', `the fleet has no node ${unknown[0]}${more}`, {
    place: '--nodes',
    expected: meant ? `perhaps ${meant}; ${describeFleet(fleet)}` : describeFleet(fleet),
    next: 'fireaxe nodes',
  });
}

function nothing(fleet: FleetNode[], selection: Selection) {
  const flags = Object.entries(selection)
    .filter(([, typed]) => typed !== undefined)
    .map(([flag, typed]) => `--${flag} ${JSON.stringify(typed)}`);
  return new NoNodes('usage', `no nodes match ${flags.join(' ') || 'the selection'}`, {
    place: flags[0] ?? 'fleet',
    expected: `some of: ${describeFleet(fleet)}`,
    next: 'fireaxe nodes',
  });
}
