import type { FleetNode, FleetSnapshot } from './types.ts';

export interface MergedFleet {
  snapshot: FleetSnapshot;
  added: string[];
  removed: string[];
}

/** Fields that the cloud does not know and people write by hand: taken over from the former snapshot. */
const BY_HAND = ['port', 'machineId', 'user', 'hostKeyAlias', 'jump', 'via'] as const;

/** A fresh discovery over the snapshot that was there. Machines are the same by instance id, else by name. */
export function mergeFleet(before: FleetSnapshot | undefined, fresh: FleetSnapshot): MergedFleet {
  const key = (node: FleetNode) => node.instanceId ?? node.name;
  const old = new Map((before?.nodes ?? []).map((node) => [key(node), node]));
  const nodes = fresh.nodes.map((node) => {
    const known = old.get(key(node));
    const kept = BY_HAND.filter((field) => known?.[field] !== undefined).map((field) => [
      field,
      known![field],
    ]);
    return { ...node, ...Object.fromEntries(kept) } as FleetNode;
  });
  const now = new Set(nodes.map(key));
  return {
    snapshot: { ...fresh, nodes },
    added: nodes.filter((node) => !old.has(key(node))).map((node) => node.name),
    removed: [...old].filter(([id]) => !now.has(id)).map(([, node]) => node.name),
  };
}
