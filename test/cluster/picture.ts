import type { Cluster } from './cluster.ts';
import { type Item, objects } from './truth.ts';

const KINDS =
  'nodes namespaces deployments daemonsets replicasets services endpointslices pods serviceaccounts clusterroles configmaps';
/** Members of `metadata` that the server sets, and that name an object's history. */
const SET_BY_SERVER = [
  ...['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'ownerReferences'],
];

interface Condition {
  type: string;
  status: string;
}
interface Status {
  status?: {
    phase?: string;
    conditions?: Condition[];
    containerStatuses?: { name: string; ready: boolean; restartCount: number }[];
  };
  endpoints?: { addresses: string[]; conditions: unknown; nodeName?: string }[] | null;
}

/**
 * The objects of the cluster as sorted lines of JSON: specs, and of the status what a change could leave behind: node conditions and
 * taints, endpoints by node, the phase of pods and their restarts. Pods have no names here, because those that are re-created have others.
 * Restarts of the `restarted` containers do not count.
 */
export async function objectsPicture(cluster: Cluster, restarted: string[]): Promise<string[]> {
  const lines = await Promise.all(
    KINDS.split(' ').map(async (kind) => {
      const { items } = await objects<Status>(cluster, `${kind} -A`);
      return items.map((item) => `${kind} ${JSON.stringify(pictureOf(kind, item, restarted))}`);
    }),
  );
  return lines.flat().sort();
}

function pictureOf(kind: string, item: Item & Status, restarted: string[]): unknown {
  const { status, endpoints, ...rest } = item;
  const metadata = without(item.metadata, SET_BY_SERVER);
  const annotations = without((metadata.annotations ?? {}) as Record<string, unknown>, [
    'deprecated.daemonset.template.generation',
    'endpoints.kubernetes.io/last-change-trigger-time',
  ]);
  if (kind === 'endpointslices') {
    const where = (endpoints ?? []).map(({ nodeName, conditions }) => ({ nodeName, conditions }));
    return {
      name: metadata.generateName,
      labels: metadata.labels,
      where: where.map((one) => JSON.stringify(one)).sort(),
    };
  }
  if (kind === 'pods') {
    const { generateName, name, labels, namespace } = metadata;
    return {
      namespace,
      name: generateName ?? name,
      labels,
      nodeName: item.spec.nodeName,
      phase: status?.phase,
      conditions: conditionsOf(status),
      containers: status?.containerStatuses?.map(({ name, ready, restartCount }) => ({
        name,
        ready,
        ...(!restarted.includes(name) && { restartCount }),
      })),
    };
  }
  return {
    ...rest,
    metadata: { ...metadata, annotations },
    ...(kind === 'nodes' && { conditions: conditionsOf(status) }),
  };
}

function conditionsOf(status: Status['status']): Condition[] | undefined {
  return status?.conditions?.map(({ type, status }) => ({ type, status }));
}

function without(of: Record<string, unknown>, members: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(of).filter(([member]) => !members.includes(member)));
}
