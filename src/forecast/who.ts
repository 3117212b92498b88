import * as z from 'zod';
import { usage } from '../base/errors.ts';
import { family, keyOf } from '../who/family.ts';
import { at, growthOf } from './growth.ts';
import type { Growth } from './types.ts';

/** One client in the whole cluster, as `who` saw it on the nodes that it asked. */
export interface SeenClient {
  client: string;
  connections: number;
  bytesPerSecond: number;
  /** It runs on half of the workers that were asked, or on more. */
  onEachNode: boolean;
}

/** What one reading of `who` tells of a cluster. */
export interface Seen {
  cluster: string;
  nodes: number;
  clients: Map<string, SeenClient>;
}

/** Connections and traffic of one client, and how they grow. */
export interface SeenTrend {
  client: string;
  connections: Growth;
  bytes: Growth;
}

const COUNT = z.number().nonnegative();
const CLIENT = z.object({
  name: z.string(),
  where: z.object({ kind: z.enum(['pod', 'unit', 'process']), id: z.string() }),
  labels: z.record(z.string(), z.string()),
  connections: COUNT,
  bytesPerSecond: COUNT,
});
const NODE = z.object({
  node: z.string(),
  controlPlane: z.boolean(),
  reached: z.boolean(),
  clients: z.array(CLIENT),
});
const READING = z.object({
  cluster: z.string(),
  who: z.object({ nodes: z.array(NODE).min(1), notAsked: COUNT }),
});
type Reading = z.infer<typeof READING>;

/** The readings in what `fireaxe who -o json` wrote, of one cluster or of several; those that ended with an error are left out. */
export function seenIn(text: string, file: string): Seen[] {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw notWho(file);
  }
  const several = z.object({ clusters: z.array(z.record(z.string(), z.unknown())) }).safeParse(said);
  const readings = several.success ? several.data.clusters.filter((one) => 'who' in one) : [said];
  const parsed = readings.map((one) => READING.safeParse(one));
  if (parsed.length === 0 || parsed.some(({ success }) => !success)) throw notWho(file);
  return parsed.flatMap(({ data }) => (data ? [seenOf(data, file)] : []));
}

const notWho = (place: string) =>
  usage('not a reading of who', { place, next: 'fireaxe who -c CLUSTER -o json > FILE' });

/** What the nodes that were not asked carry is taken to be like those that were, apart for control-plane nodes and workers. */
function seenOf({ cluster, who }: Reading, place: string): Seen {
  const nodes = who.nodes.length + who.notAsked;
  const clients = new Map<string, SeenClient>();
  if (!who.nodes.some(({ reached }) => reached))
    throw usage(`who reached no node of ${cluster}`, { place, next: `fireaxe who -c ${cluster}` });
  for (const controlPlane of [true, false]) {
    const asked = who.nodes.filter((node) => node.controlPlane === controlPlane);
    const read = asked.filter(({ reached }) => reached);
    const of = asked.length + (controlPlane ? 0 : who.notAsked);
    const on = new Map<string, Set<string>>();
    for (const { node, clients: found } of read)
      for (const one of found) {
        const key = keyOf(one, node);
        const id = family(one, node).id;
        const known = clients.get(key) ?? {
          client: id === '' ? one.name : `${id} (${one.name})`,
          connections: 0,
          bytesPerSecond: 0,
          onEachNode: false,
        };
        on.set(key, (on.get(key) ?? new Set()).add(node));
        known.connections += (one.connections * of) / read.length;
        known.bytesPerSecond += (one.bytesPerSecond * of) / read.length;
        known.onEachNode ||= !controlPlane && on.get(key)!.size * 2 >= read.length;
        clients.set(key, known);
      }
  }
  return { cluster, nodes, clients };
}

/** Connections of each client, most of them at so many nodes first. */
export function seenTrends(seen: Seen[], nodes: number): SeenTrend[] {
  const keys = new Map(seen.flatMap(({ clients }) => [...clients].map(([key, { client }]) => [key, client])));
  const trends = [...keys].map(([key, client]): SeenTrend => {
    const each = seen.some(({ clients }) => clients.get(key)?.onEachNode === true);
    const of = (field: 'connections' | 'bytesPerSecond') =>
      growthOf(
        seen.map((one) => ({ nodes: one.nodes, value: one.clients.get(key)?.[field] ?? 0 })),
        each ? 'perNode' : 'fixed',
      );
    return { client, connections: of('connections'), bytes: of('bytesPerSecond') };
  });
  return trends.toSorted((a, b) => at(b.connections, { nodes }) - at(a.connections, { nodes }));
}
