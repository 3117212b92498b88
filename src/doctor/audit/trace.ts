import { isIP } from 'node:net';
import { isLoopback, type Places } from './places.ts';
import type { Fault, Need } from './types.ts';

/** What one resolver answers for a name. */
export interface Answer {
  server: string;
  addresses: string[];
}

/** What this machine knows of a name: from its hosts file, or from each of its resolvers. */
export interface Lookup {
  hosts: string[];
  answers: Answer[];
}

/** What is wrong with a host that the path needs; undefined where it is outside of every cluster and is found. */
export function trace(
  { host, chain, ...need }: Need,
  places: Places,
  lookups: ReadonlyMap<string, Lookup>,
): Fault | undefined {
  const fault = (what: string, more: string[], state: Fault['state'] = 'red'): Fault => ({
    ...need,
    state,
    what,
    // The last step may name the host already.
    chain: [...chain, ...(chain.at(-1)?.endsWith(host) ? more.slice(1) : more)],
  });
  const inside = places(host);
  if (inside !== undefined) return fault(`${host} is ${inside}`, [host, inside]);
  if (isIP(host) !== 0 || host === 'localhost') return undefined;
  const { hosts, answers } = lookups.get(host) ?? { hosts: [], answers: [] };
  const knowing = answers.filter(({ addresses }) => addresses.length > 0);
  if (hosts.length === 0 && knowing.length === 0) {
    const asked = answers.map(({ server }) => server).join(', ') || 'no resolver';
    return fault(`no resolver knows ${host}`, [host, `asked: ${asked}`]);
  }
  const outside = knowing.filter(({ server }) => places(server) === undefined);
  if (hosts.length === 0 && outside.length === 0) {
    const [{ server }] = knowing as [Answer];
    return fault(`only ${server} knows ${host}: ${places(server)}`, [host, server, places(server)!]);
  }
  const found = hosts.length > 0 ? hosts : outside.flatMap(({ addresses }) => addresses);
  const within = found.filter((address) => !isLoopback(address) && places(address) !== undefined);
  const [first] = within;
  if (first === undefined) return undefined;
  // Others may answer in its stead.
  const all = within.length === found.length;
  return fault(`${host} is ${first}: ${places(first)}`, [host, first, places(first)!], all ? 'red' : 'amber');
}

/** The same thing on the path of several clusters is told once. */
export function together<T extends Need | Fault>(all: readonly T[]): T[] {
  const by = new Map<string, T>();
  for (const one of all) {
    const { clusters, ...same } = one;
    const key = JSON.stringify(same);
    const before = by.get(key);
    const names = [...new Set([...(before?.clusters ?? []), ...clusters])];
    by.set(key, { ...one, clusters: names });
  }
  return [...by.values()];
}
