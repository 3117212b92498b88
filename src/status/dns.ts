/** What one node got from one address: for a name that caches know, and for one that none has. */
export interface DnsAnswer {
  address: string;
  kind: DnsKind;
  known: string;
  fresh: string;
}

/** The service's address, the cache on each node, or a pod of CoreDNS. */
export const DNS_KINDS = ['service', 'node-local', 'pod'] as const;
type DnsKind = (typeof DNS_KINDS)[number];

/** Of one node: its answers, or `no-tool` where nothing on it can ask; undefined where it knows no address. */
export interface NodeDns {
  node: string;
  answers: DnsAnswer[];
  noTool?: boolean;
}

export interface DnsAddress {
  address: string;
  kind: DnsKind;
  /** Nodes that asked, those that got an answer, and those whose question no cache could answer got one. */
  asked: number;
  answered: number;
  fresh: number;
  /** Other answers to either question, by code, and the nodes that got them. */
  codes: Record<string, number>;
  nodes: string[];
}

export interface Dns {
  /** Nodes that asked. */
  asked: number;
  /** Nodes on which nothing can ask. */
  noTool: string[];
  addresses: DnsAddress[];
  /** Share of all questions that were answered, in percent; undefined where none was asked. */
  percent?: number;
}

/** The lines of dns.sh, as far as they are in its form. */
export function readDns(node: string, stdout: string): NodeDns {
  const lines = stdout.split('\n');
  return {
    node,
    answers: lines.flatMap((line) => {
      const [, address, kind, known, fresh] =
        /^dns ([0-9A-Fa-f.:]{2,45}) ([a-z-]+) ([A-Za-z0-9-]{1,12}) ([A-Za-z0-9-]{1,12})$/.exec(line) ?? [];
      const isKind = (DNS_KINDS as readonly string[]).includes(kind ?? '');
      return isKind ? [{ address: address!, kind: kind as DnsKind, known: known!, fresh: fresh! }] : [];
    }),
    ...(lines.includes('dns - no-tool') && { noTool: true }),
  };
}

/** A name that does not exist is an answer: the server had to look. */
const ANSWERS: readonly string[] = ['NOERROR', 'NXDOMAIN'];

export function dnsOf(nodes: NodeDns[]): Dns {
  const byAddress = new Map<string, DnsAddress>();
  let questions = 0;
  let answers = 0;
  for (const { node, answers: told } of nodes) {
    for (const { address, kind, known, fresh } of told) {
      const of = byAddress.get(address) ?? {
        ...{ address, kind, asked: 0, answered: 0, fresh: 0 },
        ...{ codes: {}, nodes: [] },
      };
      byAddress.set(address, of);
      const bad = [...(known === 'NOERROR' ? [] : [known]), ...(ANSWERS.includes(fresh) ? [] : [fresh])];
      of.asked++;
      if (known === 'NOERROR') of.answered++;
      if (ANSWERS.includes(fresh)) of.fresh++;
      for (const code of new Set(bad)) of.codes[code] = (of.codes[code] ?? 0) + 1;
      if (bad.length > 0) of.nodes.push(node);
      questions += 2;
      answers += 2 - bad.length;
    }
  }
  return {
    asked: nodes.filter((one) => one.answers.length > 0).length,
    noTool: nodes.flatMap(({ node, noTool }) => (noTool ? [node] : [])),
    addresses: [...byAddress.values()].sort(
      (a, b) => DNS_KINDS.indexOf(a.kind) - DNS_KINDS.indexOf(b.kind) || b.asked - a.asked,
    ),
    ...(questions > 0 && { percent: Math.floor((100 * answers) / questions) }),
  };
}
