import type { FleetNode, Role } from '../../src/fleet/types.ts';

export function node(
  name: string,
  more: Partial<FleetNode> & { zone?: string; role?: Role } = {},
): FleetNode {
  const { zone, role, labels, ...rest } = more;
  return {
    name,
    cluster: 'c1',
    roles: [role ?? 'worker'],
    address: '10.0.0.1',
    labels: { ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}), ...labels },
    ...rest,
  };
}
