import { isIP } from 'node:net';
import * as z from 'zod';
import { canonicalAddress } from './canonical-address.ts';
import { ADDRESS } from './patterns.ts';
import { TRANSPORT_NAMES } from './transports.ts';
import type { FleetSnapshot } from './types.ts';

const nodeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'not a node name (letters, digits and ._- only)'),
  cluster: z.string(),
  roles: z.array(z.enum(['control-plane', 'etcd', 'worker'])),
  address: z
    .string()
    .refine((text) => isIP(text) !== 0, 'not an IP address (names need DNS, which may be down)')
    // Connecting to 0.0.0.0 means this very machine.
    .refine((text) => !/^[0:.]+(%|$)/.test(text), 'not the address of a node')
    .meta({ pattern: ADDRESS, not: { pattern: '^[0:.]+(%|$)' } }),
  port: z.int('not a port').min(1, 'not a port').max(65535, 'not a port').optional(),
  internalAddress: z
    .string()
    .refine((text) => isIP(text) !== 0, 'not an IP address')
    .meta({ pattern: ADDRESS })
    .optional(),
  labels: z.record(z.string(), z.string()).default({}),
  instanceId: z
    .string()
    .regex(/^m?i-[0-9a-f]{8,}$/, 'not an instance id such as i-0123456789abcdef0')
    .optional(),
  machineId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'not a machine id (32 hex digits)')
    .optional(),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, 'not a login name')
    .optional(),
  hostKeyAlias: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'not a host name')
    .optional(),
  jump: z.union([z.string(), z.literal(false)]).optional(),
  via: z.array(z.enum(TRANSPORT_NAMES)).min(1).optional(),
});

/** fleet/<cluster>.json. */
export const snapshotSchema = z.strictObject({
  schemaVersion: z.literal(1, 'only schemaVersion 1 is known'),
  cluster: z.string(),
  takenAt: z.iso.datetime({ offset: true, error: 'not a time such as 2026-11-20T10:00:00Z' }),
  source: z.string(),
  nodes: z.array(nodeSchema).min(1, 'a fleet without nodes'),
});

export interface SnapshotIssue {
  code?: string | undefined;
  path: PropertyKey[];
  message: string;
}

/** A snapshot, or what is wrong with it and where. */
export function readSnapshot(
  value: unknown,
  cluster: string,
): { snapshot: FleetSnapshot } | { issues: readonly SnapshotIssue[] } {
  const parsed = snapshotSchema.safeParse(value);
  if (!parsed.success) return { issues: parsed.error.issues };
  const snapshot = parsed.data as FleetSnapshot;
  const issues = inconsistencies(snapshot, cluster);
  return issues.length > 0 ? { issues } : { snapshot };
}

export function knownSnapshotKeys(path: PropertyKey[]): string[] {
  return Object.keys(path[0] === 'nodes' ? nodeSchema.shape : snapshotSchema.shape);
}

/** What a schema cannot express: the same name, address or machine twice. */
function inconsistencies(snapshot: FleetSnapshot, cluster: string): SnapshotIssue[] {
  const issues: SnapshotIssue[] = [];
  if (snapshot.cluster !== cluster) {
    issues.push({
      path: ['cluster'],
      message: `${snapshot.cluster} is not ${cluster}, the cluster of this file`,
    });
  }
  const names = new Map<string, number>();
  const doors = new Map<string, number>();
  const instances = new Map<string, number>();
  snapshot.nodes.forEach((node, i) => {
    if (node.cluster !== cluster) {
      issues.push({ path: ['nodes', i, 'cluster'], message: `${node.cluster} is not ${cluster}` });
    }
    const sameName = names.get(node.name);
    if (sameName !== undefined) {
      issues.push({ path: ['nodes', i, 'name'], message: `${node.name} is already nodes.${sameName}` });
    }
    names.set(node.name, i);
    const door = `${canonicalAddress(node.address)} port ${node.port ?? 'of the cluster'}`;
    const sameDoor = doors.get(door);
    if (sameDoor !== undefined) {
      const other = snapshot.nodes[sameDoor]!.name;
      issues.push({ path: ['nodes', i, 'address'], message: `${door} is already ${other}'s` });
    }
    doors.set(door, i);
    const sameInstance = node.instanceId === undefined ? undefined : instances.get(node.instanceId);
    if (sameInstance !== undefined) {
      const message = `${node.instanceId} is already ${snapshot.nodes[sameInstance]!.name}'s`;
      issues.push({ path: ['nodes', i, 'instanceId'], message });
    }
    if (node.instanceId !== undefined) instances.set(node.instanceId, i);
  });
  return issues;
}
