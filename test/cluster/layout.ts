/** Names and addresses of the cluster. */
export const API_NAME = 'api.cluster.test';
export const PORT = 6443;
export const CONTROL_PLANE = ['cp1', 'cp2', 'cp3'];
export const WORKERS = ['w1', 'w2'];
/** The machine that runs all hollow nodes. */
export const HOLLOW_HOST = 'host';
export const MACHINES = [...CONTROL_PLANE, ...WORKERS, HOLLOW_HOST];

/** The last part of a machine's address, as `Lab.up` assigns it. */
export const numberOf = (name: string) => 11 + MACHINES.indexOf(name);
export const addressOf = (net: string, name: string) => `${net}.${numberOf(name)}`;
export const podNet = (name: string) => `10.244.${numberOf(name)}.0/24`;

export interface HollowNode {
  name: string;
  address: string;
  machineId: string;
}

export function hollowNodes(net: string, count: number): HollowNode[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `hollow-${String(i + 1).padStart(3, '0')}`,
    address: `${net}.${101 + i}`,
    machineId: `${(i + 1).toString(16).padStart(3, '0')}`.padEnd(32, 'e2'),
  }));
}
