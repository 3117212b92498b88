import type { FireaxeError } from '../../base/errors.ts';
import type { LoginAddress } from '../../fleet/login-address.ts';
import type { TransportName } from '../../fleet/transports.ts';
import type { FleetNode, Role } from '../../fleet/types.ts';

export const SOURCES = ['kubectl', 'ansible', 'ssh-config', 'csv', 'ec2'] as const;
export type SourceKind = (typeof SOURCES)[number];

/** A machine as a source has it; what the source does not say is absent. */
export interface Found {
  name: string;
  /** An IP address, or a name that is resolved before anything is written. */
  host: string;
  port?: number;
  user?: string;
  hostKeyAlias?: string;
  internalAddress?: string;
  instanceId?: string;
  machineId?: string;
  via?: TransportName[];
  roles?: Role[];
  /** Groups of the inventory that it is in. */
  groups: string[];
  labels: Record<string, string>;
  /** A host in front of it, the name of a bastion of the kit, or false for none. */
  jump?: LoginAddress | string | false;
  /** `file:line:column`. */
  place(): string;
}

/** Everything of one source. */
export interface Inventory {
  kind: SourceKind;
  /** As it stands in the snapshot: `csv:hosts.csv`. */
  source: string;
  nodes: Found[];
  /** What was left out, and why. */
  notes: string[];
  /** Mistakes in it, to be told with those that its names and addresses have. */
  wrong?: FireaxeError[];
}

/** A node as an import writes it: roles only where the source, or a flag, says them. */
export type ImportedNode = Omit<FleetNode, 'roles'> & { roles?: Role[] };
