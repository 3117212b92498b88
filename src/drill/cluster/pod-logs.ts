import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiObject } from '../control-plane/objects.ts';
import type { LabNode } from '../types.ts';

/** The folder in which a kubelet keeps a pod's logs: its name has the pod's names and UID. */
export function podLogs(node: LabNode, { metadata }: ApiObject): void {
  const name = `${metadata.namespace ?? 'default'}_${metadata.name}_${metadata.uid ?? ''}`;
  mkdirSync(join(node.root, 'var/log/pods', name), { recursive: true });
}
