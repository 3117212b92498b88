import type { Audited } from './audit.ts';
import { at, growthOf, isUndecided, mainly } from './growth.ts';
import { type Growth, keyOf, type Load, type Size } from './types.ts';

/** The calls of one client, and how they grow. */
export interface ClientTrend {
  load: Load;
  calls: Growth;
}

/** What audit logs of clusters of known sizes tell of each client, most calls at so many nodes first. */
export function clientTrends(logs: { nodes: number; log: Audited }[], nodes: number): ClientTrend[] {
  const keys = new Map<string, Load>();
  for (const { log } of logs) for (const load of log.loads.values()) keys.set(keyOf(load), load);
  const trends = [...keys].map(([key, load]) => ({
    load,
    calls: growthOf(
      logs.map((one) => ({ nodes: one.nodes, value: one.log.loads.get(key)?.callsPerSecond ?? 0 })),
      logs.some((one) => onEachNode(load.client!, one)) ? 'perNode' : 'fixed',
    ),
  }));
  return trends.toSorted((a, b) => at(b.calls, { nodes }) - at(a.calls, { nodes }));
}

/** A client of half of the nodes is one of all nodes: what is left has not called lately. */
function onEachNode(client: string, { nodes, log }: { nodes: number; log: Audited }): boolean {
  return client.startsWith('system:node:') || (log.addresses.get(client) ?? 0) * 2 >= nodes;
}

const WORDS = {
  fixed: 'not with nodes',
  perNode: 'by node',
  perNodeSquared: 'by node × objects',
  perObject: 'by object',
  perNodeAndObject: 'by node × objects',
};

/** In words, at this size. */
export function growthText(growth: Growth, size: Size): string {
  const text = WORDS[mainly(growth, size)];
  if (growth.assumed) return `${text} (assumed)`;
  if (growth.faster) return `${text}, or faster`;
  return isUndecided(growth, size) ? `${text}, or otherwise` : text;
}
