import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type RegistryLimit, SimulatedRegistry } from '../../../src/drill/registry/registry.ts';
import { TIME_SCALE } from '../../../src/drill/time-scale.ts';

/** How long it takes for a request that it serves. */
const SERVES_MS = 1000;

export interface LabRegistry {
  /** `address:port`. */
  at: string;
  /** Requests that it answered 429. */
  throttled(): number;
  close(): void;
}

/** The drill's simulated registry with its limit, over real HTTP and by real clocks: it has no image, only answers. */
export async function simulatedRegistry(address: string, limit: RegistryLimit): Promise<LabRegistry> {
  const registry = new SimulatedRegistry(limit);
  const server = createServer(async (_request, response) => {
    // The drill's clocks are fast, these are not.
    const served = registry.serves(performance.now() / TIME_SCALE);
    if (served) await wait(SERVES_MS);
    response.writeHead(served ? 200 : 429).end();
  });
  await new Promise<void>((listening) => server.listen(0, address, listening));
  const { port } = server.address() as { port: number };
  return {
    at: `${address}:${port}`,
    throttled: () => registry.throttled(),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
