import type { FleetNode } from '../../fleet/types.ts';
import { alwaysAllowed, contained } from '../../node/addresses.ts';
import type { ActionContext } from '../../node/types.ts';

/** A warning where the addresses that a fence lets in include workers of the fleet, which it then does not keep away. */
export function allowedWorkers(allow: string[], context: ActionContext): string[] {
  const workers = context.nodes.filter((node) => !node.roles.includes('control-plane'));
  const allowed = [...new Set([...alwaysAllowed(context), ...allow])];
  const stay = workers.filter((node) => isIn(node, allowed));
  if (stay.length === 0) return [];
  const wide = allowed.filter((range) => stay.some((node) => isIn(node, [range])));
  const of = `${stay.length} of ${workers.length} workers stay allowed (${wide.join(', ')})`;
  return stay.length === workers.length
    ? [`the fence does not keep any worker away: ${of}; narrow alwaysAllow in kit.yaml, or --allow`]
    : [`the fence does not keep them away: ${of}`];
}

function isIn(node: FleetNode, ranges: string[]): boolean {
  return [node.address, node.internalAddress ?? node.address].some((one) =>
    contained(one, ranges, 'fence.allow'),
  );
}
