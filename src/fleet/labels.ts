import type { FleetNode } from './types.ts';

export const ZONE = 'topology.kubernetes.io/zone';
/** The name under which an inventory has a machine, where its address was resolved from that. */
export const HOSTNAME = 'hostname';
const ROLE_PREFIX = 'node-role.kubernetes.io/';

/** The values of a label key on a node: its own labels, and what Kubernetes or Fireaxe adds. `role` may have several. */
export function labelValues(node: FleetNode, key: string): string[] {
  const own = Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
  if (key === 'role') return own === undefined ? node.roles : [...node.roles, own];
  if (own !== undefined) return [own];
  if (key === 'name' || key === 'kubernetes.io/hostname') return [node.name];
  if (key === 'zone') return labelValues(node, ZONE);
  if (key.startsWith(ROLE_PREFIX)) {
    return (node.roles as string[]).includes(key.slice(ROLE_PREFIX.length)) ? [''] : [];
  }
  return [];
}

export function zoneOf(node: FleetNode): string {
  return labelValues(node, ZONE)[0] ?? '';
}

/** What a fleet has, for a selection that matches nothing: `3 control-plane, 48 worker; zones …; labels …`. */
export function describeFleet(nodes: FleetNode[]): string {
  const parts = [`${nodes.length} nodes`];
  const roles = tally(nodes.flatMap((n) => (n.roles.length > 0 ? n.roles : ['no role'])));
  parts.push(`role: ${roles.join(', ')}`);
  const zones = tally(nodes.map(zoneOf).filter((z) => z !== ''));
  if (zones.length > 0) parts.push(`zone: ${zones.join(', ')}`);
  const keys = tally(nodes.flatMap((n) => Object.keys(n.labels)));
  if (keys.length > 0) parts.push(`label keys: ${keys.join(', ')}`);
  return parts.join('; ');
}

const MOST_SHOWN = 12;

function tally(words: string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const all = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, n]) => `${word} (${n})`);
  return all.length > MOST_SHOWN ? [...all.slice(0, MOST_SHOWN), `and ${all.length - MOST_SHOWN} more`] : all;
}
