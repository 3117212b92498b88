import type { FleetSnapshot, Role } from '../../fleet/types.ts';

/** The source of a snapshot that only shows the form. */
export const EXAMPLE = 'example';

/** Nodes at addresses for documentation (RFC 5737): nobody answers there. The first import takes their place. */
export function exampleFleet(cluster: string, now: Date): FleetSnapshot {
  const node = (name: string, address: string, roles: Role[]) => ({
    name,
    cluster,
    roles,
    address,
    labels: { 'topology.kubernetes.io/zone': 'a' },
  });
  return {
    schemaVersion: 1,
    cluster,
    takenAt: now.toISOString(),
    source: EXAMPLE,
    nodes: [
      node('example-cp-1', '192.0.2.11', ['control-plane', 'etcd']),
      node('example-n1', '192.0.2.21', ['worker']),
      node('example-n2', '192.0.2.22', ['worker']),
    ],
  };
}

export const isExample = ({ source }: Pick<FleetSnapshot, 'source'>): boolean => source === EXAMPLE;
