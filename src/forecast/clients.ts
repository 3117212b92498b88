import type { Audited } from './audit.ts';
import { at, growthOf, mainly } from './growth.ts';
import { type Growth, keyOf, type Load } from './types.ts';

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
      logs.some((one) => onEachNode(load.client!, one)) ? 1 : 0,
    ),
  }));
  return trends.toSorted((a, b) => at(b.calls, nodes) - at(a.calls, nodes));
}

/** A client of half of the nodes is one of all nodes: what is left has not called lately. */
function onEachNode(client: string, { nodes, log }: { nodes: number; log: Audited }): boolean {
  return client.startsWith('system:node:') || (log.addresses.get(client) ?? 0) * 2 >= nodes;
}

/** In words, at this size. */
export function growthText(growth: Growth, nodes: number): string {
  const text = ['not with nodes', 'by node', 'by node × objects'][mainly(growth, nodes)]!;
  return growth.assumed ? `${text} (assumed)` : growth.faster ? `${text}, or faster` : text;
}
