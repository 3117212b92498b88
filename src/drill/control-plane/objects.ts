import type { Random } from '../random.ts';

/** A Kubernetes object as the raw paths give and take it. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller: boolean }[];
    [more: string]: unknown;
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface DaemonSetRequest {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  image: string;
  args: string[];
}

export function daemonSet(request: DaemonSetRequest): ApiObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: request.name, namespace: request.namespace, labels: request.labels },
    spec: {
      selector: { matchLabels: request.labels },
      template: {
        metadata: { labels: request.labels },
        spec: {
          hostNetwork: true,
          containers: [{ name: request.name, image: request.image, args: request.args }],
          tolerations: [{ operator: 'Exists' }],
        },
      },
      updateStrategy: { type: 'RollingUpdate' },
    },
  };
}

/** Kubernetes' letters for the end of a pod's name: no vowels, and no digits that look like one. */
const LETTERS = [...'bcdfghjklmnpqrstvwxz2456789'];

export function podSuffix(random: Random): string {
  return Array.from({ length: 5 }, () => random.pick(LETTERS)).join('');
}

/** The pod of a DaemonSet on one node. */
export function podOf(owner: ApiObject, node: string, suffix: string): ApiObject {
  const template = (owner.spec?.template ?? {}) as {
    metadata?: { labels?: Record<string, string> };
    spec?: object;
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${owner.metadata.name}-${suffix}`,
      namespace: owner.metadata.namespace ?? 'default',
      labels: template.metadata?.labels ?? {},
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: { ...template.spec, nodeName: node },
    status: { phase: 'Running' },
  };
}

/** A node as the controller-manager last marked it. */
export function nodeObject(name: string, ready: boolean): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  };
}

export function lease(node: string, renewTime: string, seconds: number): ApiObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: node, namespace: 'kube-node-lease' },
    spec: { holderIdentity: node, leaseDurationSeconds: seconds, renewTime },
  };
}

/** An error as the API server words it. */
export function statusObject(code: number, reason: string, message: string): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}
