import type { FleetNode } from '../fleet/types.ts';

type Machine = Pick<FleetNode, 'name' | 'instanceId' | 'machineId'>;

/**
 * The suffix of a node's receipt folders. Where a machine keeps its receipts is its own affair, unless the fleet cannot
 * tell two entries apart: several addresses of one machine, without ids or with one id, then each have their own.
 */
export function slotsOf(nodes: FleetNode[]): (node: Machine) => string {
  const known = timesKnown(nodes);
  return (node) => {
    const id = node.instanceId ?? node.machineId;
    const alone = id !== undefined && (known.get(id) ?? 0) <= 1;
    return alone ? '' : `_${node.name.replace(/[^A-Za-z0-9._-]/g, '_')}`;
  };
}

/** How many entries of the fleet carry each id; counted once, not for each of thousands of targets. */
function timesKnown(nodes: FleetNode[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const node of nodes) {
    const id = node.instanceId ?? node.machineId;
    if (id !== undefined) times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
}
