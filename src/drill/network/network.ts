import type { LabConnection, LabNetwork, LabNode } from '../types.ts';

export function createNetwork(): LabNetwork {
  const tracked = new Map<LabNode, Set<LabConnection>>();
  const of = (node: LabNode) => {
    const known = tracked.get(node) ?? new Set();
    tracked.set(node, known);
    return known;
  };
  return {
    verdict: (from, to) => (from.running() && to.running() ? 'accept' : 'drop'),
    track(connection) {
      of(connection.from).add(connection);
      of(connection.to).add(connection);
    },
    untrack(connection) {
      of(connection.from).delete(connection);
      of(connection.to).delete(connection);
    },
    connections: (node) => [...of(node)],
  };
}
