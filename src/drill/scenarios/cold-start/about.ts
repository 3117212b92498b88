import type { ApiObject } from '../../control-plane/objects.ts';
import { REQUESTS } from '../../registry/node-images.ts';

export const NAME = 'cold-start';
export const TITLE =
  'the power was cut: no worker has its images any more, and the API servers wait in the back-off';

export const INTRO = [
  'Power is back, but every worker has lost its images, and one simulated registry answers 429 to what comes above its limit.',
  'Fireaxe then fences the API servers, starts them, and lets the workers in by batches: the next one when the nodes that are back are calm.',
  'Watch the pulls answered 429 and the time until the last worker serves: -p batch=100% lets all of them in at once.',
] as const;

export const WHY = {
  return:
    'all nodes at once ask the registry for more than it serves, and then wait in the back-off of their pulls',
};

/** Users' requests a second to each worker, and names that each worker looks up. */
export const USERS = { callsPerSecond: 20, names: 5 };

/** A pod of each runs on every worker, and each has an image of its own. */
const SETS = ['shop', 'mesh', 'logs'];

/**
 * The registry's limit for so many workers, in requests a second of a real cluster: it would take some 2.5 minutes for all that
 * they fetch, were none refused. One pull alone is always served.
 */
export function registryLimit(workers: number) {
  return { perSecond: Math.max(1, workers / 10), burst: Math.max(REQUESTS, workers / 3) };
}

/** The DaemonSets that run on every worker. */
export function daemonSets(): ApiObject[] {
  return SETS.map((name) => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `registry.example/${name}:1.0` }] },
      },
    },
  }));
}

export const PODS_EACH = SETS.length;

export function imagesOf({ spec }: ApiObject): string[] {
  const { containers = [] } = (spec ?? {}) as { containers?: { image: string }[] };
  return containers.map(({ image }) => image);
}
