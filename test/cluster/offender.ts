import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { Cluster } from './cluster.ts';

interface Offender {
  hostNetwork?: boolean;
  user?: number;
  /** Makes its pods burstable. */
  requests?: { cpu: string };
}

/** Deploys the offender of the flood with another command, and waits until its pods run on every node. */
export async function offenderOn(
  cluster: Cluster,
  command: string[],
  { hostNetwork = false, user, requests }: Offender = {},
): Promise<void> {
  const text = readFileSync(join(import.meta.dirname, 'manifests/offender.yaml'), 'utf8');
  const documents = parseAllDocuments(text).map((document) => document.toJS());
  const { spec } = documents.at(-1).spec.template;
  Object.assign(spec, { hostNetwork, ...(user !== undefined && { securityContext: { runAsUser: user } }) });
  Object.assign(spec.containers[0], {
    command,
    livenessProbe: undefined,
    ...(requests && { resources: { requests } }),
  });
  await cluster.apply(documents.map((document) => stringify(document)).join('---\n'));
  await cluster.asked('rollout status -n telemetry daemonset/telemetry-agent --timeout=180s', {
    timeoutMs: 190_000,
  });
}

/** Deletes the offender with its namespace. */
export async function offenderGone(cluster: Cluster): Promise<void> {
  await cluster.asked('delete namespace telemetry --ignore-not-found', { timeoutMs: 120_000 });
}
