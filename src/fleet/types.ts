import type { TransportName } from './transports.ts';

export type Role = 'control-plane' | 'etcd' | 'worker';

/** One machine as the snapshot knows it. Names are unique in a cluster; addresses are IP literals, never names. */
export interface FleetNode {
  name: string;
  cluster: string;
  roles: Role[];
  /** Where it is reached. */
  address: string;
  /** The SSH port; 22 when absent. */
  port?: number;
  /** What API servers see as its source address; `address` when absent. */
  internalAddress?: string;
  labels: Record<string, string>;
  /** For EC2 and SSM, `i-…`; compared with the machine before anything is done there. */
  instanceId?: string;
  /** /etc/machine-id; compared likewise. */
  machineId?: string;
  /** The SSH login; the cluster's when absent. */
  user?: string;
  /** The name that its host key and certificate go by, as HostKeyAlias of ssh; its address when absent. */
  hostKeyAlias?: string;
  /** Name of a bastion of the cluster; `false` for none although the cluster has one. */
  jump?: string | false;
  /** Order of transports; the cluster's when absent. */
  via?: TransportName[];
}

export interface FleetSnapshot {
  schemaVersion: 1;
  cluster: string;
  /** ISO 8601. */
  takenAt: string;
  /** Where it came from, such as `ec2:us-west-2` or `file`. */
  source: string;
  nodes: FleetNode[];
}
