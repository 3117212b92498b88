/** Names, addresses and places of the cluster, and of a second one on the machine `solo`. */
/** Its name in the kit. */
export const LAB = 'lab';
export const API_NAME = 'api.cluster.test';
export const PORT = 6443;
export const CONTROL_PLANE = ['cp1', 'cp2', 'cp3'];
export const WORKERS = ['w1', 'w2'];
/** The machine that runs all hollow nodes. */
export const HOLLOW_HOST = 'host';
/** A cluster of its own on one machine, whose components are systemd units. */
export const SOLO = 'solo';
/** The second node of that cluster: a hollow one, on the machine of the hollow nodes. */
export const FAR = 'far';
export const MACHINES = [...CONTROL_PLANE, ...WORKERS, HOLLOW_HOST, SOLO];

/** Its administrator's kubeconfig, where k3s keeps it. */
export const SOLO_CONFIG = '/etc/rancher/k3s/k3s.yaml';

/** Where an API server's machine keeps its certificates. */
export const pkiOf = (name: string) => (name === SOLO ? '/var/lib/kubernetes/pki' : '/etc/kubernetes/pki');

/** The last part of a machine's address, as `Lab.up` assigns it. */
export const numberOf = (name: string) => 11 + MACHINES.indexOf(name);
export const addressOf = (net: string, name: string) => `${net}.${numberOf(name)}`;
export const podNet = (name: string) => `10.244.${numberOf(name)}.0/24`;

/** Where k3s and RKE2 put the socket of their containerd. */
export const SOLO_SOCKET = '/run/k3s/containerd/containerd.sock';

/** The command that asks a machine's container runtime. */
export const crictlOf = (name: string) =>
  name === SOLO ? `/var/lib/rancher/rke2/bin/crictl --runtime-endpoint unix://${SOLO_SOCKET}` : 'crictl';

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
