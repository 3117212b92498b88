import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from './cluster.ts';
import { type Item, objects } from './truth.ts';

/** Writes a playbook that deletes the offender's DaemonSet with its pods, and returns its path. */
export function writeRemoval(cluster: Cluster): string {
  const path = join(cluster.facts.kit, 'remove.yaml');
  const step = {
    id: 'remove',
    action: 'kubectl',
    on: 'role=control-plane',
    anyOf: true,
    with: {
      delete: '/apis/apps/v1/namespaces/telemetry/daemonsets/telemetry-agent',
      pods: 'telemetry/app=telemetry-agent',
    },
  };
  const workstreams = [{ name: 'removal', title: 'Delete', steps: [step] }];
  const playbook = { schemaVersion: 1, name: 'remove', title: 'Delete the DaemonSet', workstreams };
  writeFileSync(path, stringify(playbook), { mode: 0o600 });
  return path;
}

/** The offender's DaemonSet, without what differs in a re-created object because the server sets it. */
export async function daemonSetOf(cluster: Cluster, at?: string): Promise<Item> {
  const { items } = await objects<Record<string, unknown>>(cluster, 'daemonsets -n telemetry', at);
  const { metadata, spec } = items[0] as Item;
  for (const own of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields']) {
    delete metadata[own];
  }
  return { metadata, spec };
}
