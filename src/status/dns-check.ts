import { defineAction } from '../actions/types.ts';
import { readingScript } from '../node/reading.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript, OutcomeState } from '../transport/types.ts';
import dns from './dns.sh';
import { type Dns, dnsOf, readDns } from './dns.ts';
import node from './dns-check.sh';
import left from './dns-left.sh';
import { dnsCheckParameters } from './dns-names.ts';

/** What a CoreDNS said of the name that only a hold has. */
export type ServerState = 'held' | 'knows' | 'fails' | 'silent';

interface Server {
  node: string;
  address: string;
  state: ServerState;
  code: string;
}

interface Cache extends Server {
  /** Where nothing behind it knows the cluster's names, and it still answers the API's service: for how many seconds. */
  left?: number | 'not-known';
  /** By its Corefile it answers by what it had, also after its time. */
  stale: boolean;
}

export interface DnsCheck {
  dns: Dns;
  /** Each CoreDNS, asked at its own address by the node on which it runs. */
  servers: Server[];
  /** NodeLocal DNSCache on each node, asked likewise: `knows` where a CoreDNS behind it does. */
  caches: Cache[];
  /** Names that were asked besides, at the service's address or the node's cache: by code, the nodes that got it. */
  names: { name: string; codes: Record<string, string[]> }[];
  /** Tables of names that proxy rules tell, the most frequent one first. */
  tables: { names: number; table: string; differ: number; nodes: string[] }[];
  /** Nodes that did not tell all, by their state. */
  unread: Record<string, string[]>;
}

/** Not in the registry: no plan holds it, and it changes nothing. */
export const dnsCheck = defineAction({
  name: 'dns-check',
  title: "Ask the cluster's DNS",
  danger: 'read',
  scope: 'node',
  parameters: dnsCheckParameters,
  summary: () => 'read',
  node: {
    fragments: { dns, left, node },
    variables: (p) => ({ P_NAME: p.name.join(' ') }),
  },
});

export function dnsCheckScript(
  context: ActionContext,
  now: Date,
  deadlineMs: number,
  names: string[],
): NodeScript {
  return readingScript(dnsCheck, { params: { name: names }, context, now, deadlineMs });
}

const STATES: Record<string, ServerState> = {
  NOERROR: 'held',
  NXDOMAIN: 'knows',
  'no-answer': 'silent',
  unreachable: 'silent',
};

function cacheOf(node: string, line: string): Cache[] {
  const [, address, code, left, stale] =
    /^cache ([0-9A-Fa-f.:]{2,45}) ([A-Za-z0-9-]{1,12}) (-|\?|\d{1,9}) (stale|fresh)$/.exec(line) ?? [];
  if (!address) return [];
  // It waits longer for a CoreDNS that it cannot reach than it is waited for.
  const state = code === 'no-answer' ? 'fails' : (STATES[code!] ?? 'fails');
  return [
    {
      node,
      address,
      state,
      code: code!,
      ...(left !== '-' && { left: left === '?' ? ('not-known' as const) : Number(left) }),
      stale: stale === 'stale',
    },
  ];
}

/** Joins what the nodes printed; lines in another form are left out. */
export function dnsCheckOf(read: { node: string; state: OutcomeState; stdout: string }[]): DnsCheck {
  const servers: Server[] = [];
  const caches: Cache[] = [];
  const names = new Map<string, Record<string, string[]>>();
  const tables = new Map<string, DnsCheck['tables'][number]>();
  const unread: DnsCheck['unread'] = {};
  for (const { node, state, stdout } of read) {
    if (state !== 'ok') unread[state] = [...(unread[state] ?? []), node];
    for (const line of stdout.split('\n')) {
      const [, address, said] = /^coredns ([0-9A-Fa-f.:]{2,45}) ([A-Za-z0-9-]{1,12})$/.exec(line) ?? [];
      if (address) servers.push({ node, address, state: STATES[said!] ?? 'fails', code: said! });
      caches.push(...cacheOf(node, line));
      const [, , asked, code] =
        /^name (\S{2,45}) ([A-Za-z0-9_.-]{1,253}) ([A-Za-z0-9-]{1,12})$/.exec(line) ?? [];
      if (asked) {
        const codes = names.get(asked) ?? {};
        names.set(asked, { ...codes, [code!]: [...(codes[code!] ?? []), node] });
      }
      const [, count, table, differ] = /^table (\d{1,7}) (\d{1,10}) (\d{1,7})$/.exec(line) ?? [];
      if (table && Number(count) > 0) {
        const one = tables.get(table) ?? { names: Number(count), table, differ: Number(differ), nodes: [] };
        one.nodes.push(node);
        tables.set(table, one);
      }
    }
  }
  return {
    dns: dnsOf(read.map(({ node, stdout }) => readDns(node, stdout))),
    servers,
    caches,
    names: [...names].map(([name, codes]) => ({ name, codes })),
    tables: [...tables.values()].sort((a, b) => b.nodes.length - a.nodes.length),
    unread,
  };
}
