import { isDeepStrictEqual } from 'node:util';
import type { FleetNode } from '../../fleet/types.ts';
import type { ImportedNode } from './types.ts';

export type NodeChange =
  | { kind: 'added' | 'removed'; node: FleetNode }
  /** Without `from` it is new, without `to` it is gone. */
  | { kind: 'changed'; name: string; field: string; from?: unknown; to?: unknown }
  /** Written by hand, or by another source: it stays. */
  | { kind: 'kept'; name: string; field: string; own?: unknown; source?: unknown }
  | { kind: 'kept-node'; node: FleetNode };

export interface Merge {
  /** The snapshot as it is. */
  ours: readonly FleetNode[];
  /** What the last import from this source wrote. */
  base: readonly ImportedNode[];
  /** What the source says now. */
  fresh: readonly ImportedNode[];
  /** Machines of which another source told: they are not gone because this one does not know them. */
  elsewhere?: ReadonlySet<string>;
  /** The source wins over what was written by hand. */
  replace?: boolean;
}

const FIELDS = [
  'name',
  'roles',
  'address',
  'port',
  'internalAddress',
  'instanceId',
  'machineId',
  'user',
  'hostKeyAlias',
  'jump',
  'via',
] as const;

/**
 * A three-way merge, as of branches: what differs from the last import was written by hand, and stays. A machine that the
 * source had and has no longer is gone; one that it never had stays. The order of the snapshot stays, too.
 */
export function mergeImport({ ours, base, fresh, elsewhere, replace = false }: Merge): {
  nodes: FleetNode[];
  changes: NodeChange[];
} {
  const changes: NodeChange[] = [];
  const left = new Set(fresh);
  const freshOf = finder(fresh);
  const baseOf = finder(base);
  const nodes = ours.flatMap((own) => {
    const now = freshOf(own);
    const before = baseOf(own);
    if (now && left.delete(now)) return [merged(own, before, now, replace, changes)];
    const gone = replace || (before !== undefined && !elsewhere?.has(own.name));
    changes.push({ kind: gone ? 'removed' : 'kept-node', node: own });
    return gone ? [] : [own];
  });
  const added = [...left].map((node): FleetNode => ({ ...node, roles: node.roles ?? ['worker'] }));
  changes.push(...added.map((node): NodeChange => ({ kind: 'added', node })));
  return { nodes: [...nodes, ...added], changes };
}

/** The same machine: by instance id, else by name, else by machine id. */
function finder(nodes: readonly ImportedNode[]): (node: FleetNode) => ImportedNode | undefined {
  const index = (key: (node: ImportedNode) => string | undefined) =>
    new Map(nodes.flatMap((node) => (key(node) === undefined ? [] : [[key(node)!, node]])));
  const byInstance = index((node) => node.instanceId);
  const byName = index((node) => node.name);
  const byMachine = index((node) => node.machineId);
  return ({ instanceId, name, machineId }) =>
    byInstance.get(instanceId ?? '') ?? byName.get(name) ?? byMachine.get(machineId ?? '');
}

function merged(
  own: FleetNode,
  before: ImportedNode | undefined,
  now: ImportedNode,
  replace: boolean,
  changes: NodeChange[],
): FleetNode {
  const node = { ...own } as Record<string, unknown>;
  for (const field of FIELDS)
    decide(
      node,
      { own: own[field], before: before?.[field], now: now[field] },
      { name: own.name, field, label: field },
    );
  const labels: Record<string, unknown> = { ...own.labels };
  for (const key of new Set([...Object.keys(own.labels), ...Object.keys(now.labels)]))
    decide(
      labels,
      { own: of(own.labels, key), before: of(before?.labels ?? {}, key), now: of(now.labels, key) },
      { name: own.name, field: key, label: `label ${key}` },
    );
  return { ...node, labels } as unknown as FleetNode;

  function decide(
    into: Record<string, unknown>,
    { own, before, now }: { own: unknown; before: unknown; now: unknown },
    { name, field, label }: { name: string; field: string; label: string },
  ): void {
    if (isDeepStrictEqual(own, now)) return;
    const imported = before !== undefined && isDeepStrictEqual(own, before);
    // The source says nothing of it any more, or never did.
    if (now === undefined) {
      if (!imported || field === 'roles') return;
      delete into[field];
    } else if (own === undefined || imported || replace) into[field] = now;
    else {
      changes.push({ kind: 'kept', name, field: label, own, source: now });
      return;
    }
    changes.push({ kind: 'changed', name, field: label, from: own, to: now });
  }
}

const of = (labels: Record<string, string>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
