import type { Cluster } from './cluster.ts';
import { CONTROL_PLANE } from './layout.ts';
import { pause } from './patience.ts';
import { endpoints, memoryKills, nodes, onControlPlane, readyz } from './truth.ts';

export interface Reading {
  /** Milliseconds since the epoch. */
  at: number;
  /** Status and latency of each server's /readyz. */
  servers: string;
  /** Endpoints of the service shop; undefined if no server answered. */
  shop?: { ready: number; notReady: number };
  notReady?: number;
  memoryKills: number;
}

/** Reads the state of the cluster every few seconds until it is stopped. */
export function record(cluster: Cluster): { stop: () => Promise<Reading[]> } {
  const readings: Reading[] = [];
  const kills = memoryKills();
  let over = false;
  const loop = (async () => {
    while (!over) {
      readings.push(await read(cluster, kills));
      await pause(3_000);
    }
  })();
  return {
    async stop() {
      over = true;
      await loop;
      return readings;
    },
  };
}

async function read(cluster: Cluster, kills: number): Promise<Reading> {
  const at = Date.now();
  const servers = await onControlPlane((name) => readyz(cluster, name));
  const up = CONTROL_PLANE.filter((name) => servers[name]!.status === 200);
  const beliefs = up[0] ? await believed(cluster, up[0]) : {};
  return {
    at,
    servers: CONTROL_PLANE.map((name) => `${servers[name]!.status || '-'} ${servers[name]!.ms} ms`).join(
      ', ',
    ),
    ...beliefs,
    memoryKills: memoryKills() - kills,
  };
}

/** Asks one server, which may be ready and still not answer this. */
async function believed(cluster: Cluster, at: string): Promise<Pick<Reading, 'shop' | 'notReady'>> {
  try {
    return {
      shop: await endpoints(cluster, 'shop', at),
      notReady: (await nodes(cluster, at)).notReady.length,
    };
  } catch {
    return {};
  }
}
