import { promises as dns } from 'node:dns';
import { mapAtOnce } from '../../base/at-once.ts';
import type { Answer, Lookup } from './trace.ts';

const ANSWER_MS = 2_000;
const AT_ONCE = 16;
/** A resolver of the system asks no more either. */
const MOST_SERVERS = 3;

/** Asks each resolver for each name, side by side: only so can be told who knows a name. */
export async function lookUp(
  names: readonly string[],
  { resolvers, hosts }: { resolvers: readonly string[]; hosts: ReadonlyMap<string, string[]> },
): Promise<Map<string, Lookup>> {
  const servers = resolvers.slice(0, MOST_SERVERS);
  const found = await mapAtOnce([...new Set(names)], AT_ONCE, async (name): Promise<[string, Lookup]> => {
    const own = hosts.get(name.toLowerCase()) ?? [];
    const answers = own.length > 0 ? [] : await Promise.all(servers.map((server) => ask(server, name)));
    return [name, { hosts: own, answers }];
  });
  return new Map(found);
}

async function ask(server: string, name: string): Promise<Answer> {
  const resolver = new dns.Resolver({ timeout: ANSWER_MS, tries: 1 });
  try {
    resolver.setServers([server]);
  } catch {
    return { server, addresses: [] };
  }
  const both = await Promise.all([
    resolver.resolve4(name).catch((): string[] => []),
    resolver.resolve6(name).catch((): string[] => []),
  ]);
  return { server, addresses: both.flat() };
}
