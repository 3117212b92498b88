import { isIP } from 'node:net';
import { type FireaxeError, usage } from '../../base/errors.ts';
import { together } from '../../base/together.ts';
import { isInstanceId } from '../../fleet/instance-id.ts';
import type { Role } from '../../fleet/types.ts';
import { memberPlaces, parseJson } from './json.ts';
import type { SourceText } from './source-text.ts';
import type { Found } from './types.ts';

const EXPECTED = 'the output of kubectl get nodes -o json';
const ROLES: Record<string, Role> = {
  'control-plane': 'control-plane',
  master: 'control-plane',
  controlplane: 'control-plane',
  etcd: 'etcd',
};
const ROLE = 'node-role.kubernetes.io/';

/** The address that nodes are reached at. */
export type AddressKind = 'internal' | 'external';

/** Reads a list of nodes as kubectl prints it. */
export function readKubectl(source: SourceText, kind: AddressKind = 'internal'): Found[] {
  const value = parseJson(source, EXPECTED) as { kind?: unknown; items?: unknown } | null;
  const items = value?.kind === 'Node' ? [value] : value?.items;
  if (!Array.isArray(items))
    throw usage('no list of nodes', { place: `${source.file}:1:1`, expected: EXPECTED });
  const places = memberPlaces(source, value?.kind === 'Node' ? [] : ['items']);
  const wrong: FireaxeError[] = [];
  const nodes = items.flatMap((item, i) => {
    const place = () => places(value?.kind === 'Node' ? 'metadata' : i);
    const node = readNode(item, kind, place);
    if (typeof node !== 'string') return [node];
    wrong.push(usage(node, { place: place(), expected: EXPECTED }));
    return [];
  });
  if (wrong.length > 0) throw together(wrong, 'nodes cannot be read');
  return nodes;
}

interface KubernetesNode {
  kind?: unknown;
  metadata?: { name?: unknown; labels?: Record<string, unknown> };
  spec?: { providerID?: unknown };
  status?: { addresses?: { type?: unknown; address?: unknown }[]; nodeInfo?: { machineID?: unknown } };
}

/** A node, or what is wrong with it. */
function readNode(item: unknown, kind: AddressKind, place: () => string): Found | string {
  const { kind: what, metadata, spec, status } = (item ?? {}) as KubernetesNode;
  const name = metadata?.name;
  if (what !== undefined && what !== 'Node') return `a ${String(what)}, not a node`;
  if (typeof name !== 'string') return 'a node without metadata.name';
  const addresses = Array.isArray(status?.addresses) ? status.addresses : [];
  const of = (type: string) =>
    addresses
      .filter((one) => one?.type === type && typeof one.address === 'string')
      .map((one) => one.address as string)
      .find((address) => isIP(address) !== 0);
  const [internal, external] = [of('InternalIP'), of('ExternalIP')];
  const host = kind === 'external' ? external : internal;
  if (host === undefined)
    return `${name} has no ${kind === 'external' ? 'ExternalIP' : 'InternalIP'} in status.addresses`;
  const labels = textsOf(metadata?.labels);
  const roles = Object.keys(labels).flatMap((key) =>
    key.startsWith(ROLE) ? (ROLES[key.slice(ROLE.length)] ?? []) : [],
  );
  const machineId = String(status?.nodeInfo?.machineID ?? '').toLowerCase();
  const instanceId = String(spec?.providerID ?? '')
    .split('/')
    .at(-1)!;
  return {
    name,
    host,
    ...(kind === 'external' && internal !== undefined && { internalAddress: internal }),
    ...(/^[0-9a-f]{32}$/.test(machineId) && { machineId }),
    ...(isInstanceId(instanceId) && { instanceId }),
    // What has no role of the control plane is a worker.
    roles: roles.length > 0 ? [...new Set(roles)] : ['worker'],
    groups: [],
    labels,
    place,
  };
}

const textsOf = (labels: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((labels ?? {}) as object).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  );
