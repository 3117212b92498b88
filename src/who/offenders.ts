import { family, isPart, keyOf } from './family.ts';
import { suspectNewest } from './newest.ts';
import { reasonsOf } from './reasons.ts';
import type { Client, NodeReading, Offender, Where } from './types.ts';

/** The clients of all nodes as one list: those that stand out first, among them the likeliest. */
export function offenders(nodes: NodeReading[]): Offender[] {
  const groups = new Map<string, { node: string; client: Client }[]>();
  for (const { node, clients } of nodes) {
    for (const client of clients) {
      const key = keyOf(client, node);
      groups.set(key, [...(groups.get(key) ?? []), { node, client }]);
    }
  }
  const all = [...groups.values()].map(join);
  const connections = sum(nodes.map((node) => node.connections));
  const bytes = sum(all.map((one) => one.bytes));
  const oldest = Math.max(0, ...all.map((one) => one.ageSeconds?.most ?? 0));
  const kubelet = all.find((one) => one.name === 'kubelet');
  const ranked = all.map((one): Offender => {
    const shared = {
      ...one,
      connectionShare: percent(one.connections, connections),
      byteShare: percent(one.bytes, bytes),
    };
    const reasons = reasonsOf(shared, one === kubelet ? undefined : kubelet);
    return { ...shared, reasons, score: score(shared, oldest) };
  });
  if (!ranked.some(({ reasons }) => reasons.length > 0)) suspectNewest(ranked, nodes);
  // Told for its age alone.
  const shown = ranked.filter(({ active, reasons }) => active > 0 || reasons.length > 0);
  return shown.sort(
    (a, b) => Number(b.reasons.length > 0) - Number(a.reasons.length > 0) || b.score - a.score,
  );
}

type Joined = Omit<Offender, 'connectionShare' | 'byteShare' | 'reasons' | 'score'>;

function join(found: { node: string; client: Client }[]): Joined {
  const clients = found.map(({ client }) => client);
  const ages = clients.flatMap((client) => client.ageSeconds ?? []);
  return {
    name: clients[0]!.name,
    where: distinct(found.map(({ client, node }) => family(client, node))),
    labels: shared(clients),
    nodes: [...new Set(found.map(({ node }) => node))],
    active: new Set(
      found.filter(({ client }) => client.connections + client.failed > 0).map(({ node }) => node),
    ).size,
    clients,
    connections: sum(clients.map((c) => c.connections)),
    opened: sum(clients.map((c) => c.opened)),
    waiting: sum(clients.map((c) => c.waiting)),
    failed: sum(clients.map((c) => c.failed)),
    bytesPerSecond: sum(clients.map((c) => c.bytesPerSecond)),
    bytes: sum(clients.map((c) => c.sent + c.received)),
    ...(ages.length > 0 && { ageSeconds: { least: Math.min(...ages), most: Math.max(...ages) } }),
    part: isPart(clients[0]!.name),
  };
}

/** Its share of connections and of bytes, doubled for what started last: what is new is the likelier cause. */
function score(one: Omit<Offender, 'reasons' | 'score'>, oldest: number): number {
  const age = one.ageSeconds?.most;
  const newness = age === undefined || oldest === 0 ? 0 : 1 - age / oldest;
  const opened = Math.min(
    100,
    (100 * (one.opened + one.waiting + one.failed)) / Math.max(1, one.connections),
  );
  const weight = one.connectionShare + one.byteShare + opened / 2;
  return Math.round(weight * (1 + newness) * (one.part ? 0.1 : 1) * 10) / 10;
}

/** Labels that the pods of all nodes have with the same value. */
function shared(clients: Client[]): Record<string, string> {
  const pods = clients.filter(({ where }) => where.kind === 'pod');
  const [first] = pods;
  if (!first) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([key, value]) => pods.every(({ labels }) => labels[key] === value)),
  );
}

function distinct(all: Where[]): Where[] {
  return [...new Map(all.map((where) => [JSON.stringify(where), where])).values()];
}

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.round((100 * part) / whole) : 0;
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
