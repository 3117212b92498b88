import { formatAddresses, parseAddresses } from './addresses.ts';
import type { Interval } from './interval.ts';

/** nft's data types that this subset knows. */
export type DataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'inet_service'
  | 'inet_proto'
  | 'ct_state'
  | 'tcp_flag'
  | 'ifname'
  | 'mark'
  | 'uid'
  | 'nf_proto';

/** The value of a text, or nft's message why it has none. */
export type Parsed = Interval | { problem: string };

interface Codec {
  /** In nft's messages. */
  title: string;
  parse(text: string): Parsed;
  format(interval: Interval): string;
}

const SYMBOLS = {
  inet_proto: { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58, sctp: 132 },
  ct_state: { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 },
  tcp_flag: { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 },
  nf_proto: { ipv4: 2, ipv6: 10 },
  inet_service: { ssh: 22, domain: 53, http: 80, https: 443 },
  uid: { root: 0 },
} as const;

export function dataType(type: DataType): Codec {
  switch (type) {
    case 'ipv4_addr':
      return addresses('ipv4', 'IPv4 address');
    case 'ipv6_addr':
      return addresses('ipv6', 'IPv6 address');
    case 'inet_service':
      return { ...numbers('internet network service', 65_535, SYMBOLS.inet_service), format: plain };
    case 'inet_proto':
      return numbers('Internet protocol', 255, SYMBOLS.inet_proto);
    case 'ct_state':
      return numbers('conntrack state', 0, SYMBOLS.ct_state);
    case 'tcp_flag':
      return numbers('TCP flag', 0, SYMBOLS.tcp_flag);
    case 'nf_proto':
      return numbers('netfilter protocol', 0, SYMBOLS.nf_proto);
    case 'uid':
      return { ...numbers('user id', 0xffffffff, SYMBOLS.uid), format: plain };
    case 'mark':
      return { ...numbers('packet mark', 0xffffffff, {}), format: hex };
    case 'ifname':
      return { title: 'network interface name', parse: parseName, format: formatName };
  }
}

export function isDataType(text: string): text is DataType {
  return /^(ipv4_addr|ipv6_addr|inet_service|inet_proto|ct_state|tcp_flag|ifname|mark|uid|nf_proto)$/.test(
    text,
  );
}

function addresses(kind: 'ipv4' | 'ipv6', title: string): Codec {
  const other = kind === 'ipv4' ? 'ipv6' : 'ipv4';
  return {
    title,
    parse(text) {
      const [from = '', to] = text.split('-');
      const low = parseAddresses(from, kind);
      const high = to === undefined ? low : parseAddresses(to, kind);
      if (low && high) {
        return high.hi < low.lo ? { problem: 'Range negative size' } : { lo: low.lo, hi: high.hi };
      }
      const foreign = parseAddresses(from, other)
        ? 'Address family for hostname not supported'
        : 'Name or service not known';
      return { problem: `Could not resolve hostname: ${foreign}` };
    },
    format: (interval) => formatAddresses(interval, kind),
  };
}

function numbers(title: string, most: number, symbols: Record<string, number>): Codec {
  const one = (text: string): bigint | undefined => {
    const value = symbols[text] ?? (/^(\d+|0x[0-9a-fA-F]+)$/.test(text) ? Number(text) : undefined);
    return value === undefined ? undefined : BigInt(value);
  };
  return {
    title,
    parse(text) {
      const dash = one(text) === undefined ? text.indexOf('-') : -1;
      const lo = one(dash < 0 ? text : text.slice(0, dash));
      const hi = dash < 0 ? lo : one(text.slice(dash + 1));
      if (lo === undefined || hi === undefined) return { problem: `Could not parse ${title}` };
      const largest = BigInt(Math.max(most, ...Object.values(symbols)));
      if (hi > largest)
        return { problem: title.endsWith('service') ? 'Service out of range' : 'Value out of range' };
      return hi < lo ? { problem: 'Range negative size' } : { lo, hi };
    },
    format: ({ lo, hi }) => {
      const name = (value: bigint) =>
        Object.entries(symbols).find(([, number]) => BigInt(number) === value)?.[0] ?? String(value);
      return lo === hi ? name(lo) : `${name(lo)}-${name(hi)}`;
    },
  };
}

const plain = ({ lo, hi }: Interval) => (lo === hi ? String(lo) : `${lo}-${hi}`);
const hex = ({ lo, hi }: Interval) => {
  const one = (value: bigint) => `0x${value.toString(16).padStart(8, '0')}`;
  return lo === hi ? one(lo) : `${one(lo)}-${one(hi)}`;
};

// A name is its sixteen bytes as a number; `eth*` is the range of all that begin so.
const NAME_BYTES = 16;

export function nameNumber(name: string): bigint {
  return BigInt(
    `0x${Buffer.from(name, 'latin1')
      .toString('hex')
      .padEnd(NAME_BYTES * 2, '0')}`,
  );
}

function parseName(text: string): Parsed {
  if (text.length === 0 || text.length >= NAME_BYTES)
    return { problem: 'String exceeds maximum length of 16' };
  if (!text.endsWith('*')) return { lo: nameNumber(text), hi: nameNumber(text) };
  const lo = nameNumber(text.slice(0, -1));
  const free = BigInt(8 * (NAME_BYTES - (text.length - 1)));
  return { lo, hi: lo + (1n << free) - 1n };
}

function formatName({ lo, hi }: Interval): string {
  const name = Buffer.from(lo.toString(16).padStart(NAME_BYTES * 2, '0'), 'hex')
    .toString('latin1')
    .replace(/\0+$/, '');
  return `"${name}${lo === hi ? '' : '*'}"`;
}
