import type { Cluster } from './cluster.ts';
import { eventually } from './patience.ts';
import { endpoints, nodes, onControlPlane, readyz } from './truth.ts';

/** Waits until all servers, nodes and endpoints are ready, as each test expects at its start. */
export function settled(cluster: Cluster, withinMs = 180_000): Promise<number> {
  return eventually(
    'the cluster is healthy',
    async () => {
      const ready = await onControlPlane((at) => readyz(cluster, at));
      const seen = {
        servers: Object.values(ready).filter(({ status }) => status === 200).length,
        nodes: (await nodes(cluster)).ready.length,
        shop: (await endpoints(cluster, 'shop')).ready,
        web: (await endpoints(cluster, 'web')).ready,
      };
      const well = { servers: 3, nodes: 5 + cluster.facts.hollow.length, shop: 40, web: 2 };
      if (JSON.stringify(seen) === JSON.stringify(well)) return true;
      throw new Error(JSON.stringify(seen));
    },
    withinMs,
    2_000,
  );
}
