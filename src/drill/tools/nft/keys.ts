import type { DataType } from './datatypes.ts';

/** What a rule can look at: its canonical spelling, and the type of its values. */
const KEYS: Record<string, DataType> = {
  iif: 'ifname',
  oif: 'ifname',
  iifname: 'ifname',
  oifname: 'ifname',
  'ip saddr': 'ipv4_addr',
  'ip daddr': 'ipv4_addr',
  'ip protocol': 'inet_proto',
  'ip6 saddr': 'ipv6_addr',
  'ip6 daddr': 'ipv6_addr',
  'ip6 nexthdr': 'inet_proto',
  'tcp sport': 'inet_service',
  'tcp dport': 'inet_service',
  'tcp flags': 'tcp_flag',
  'udp sport': 'inet_service',
  'udp dport': 'inet_service',
  'th sport': 'inet_service',
  'th dport': 'inet_service',
  'ct state': 'ct_state',
  'ct original ip saddr': 'ipv4_addr',
  'ct original ip daddr': 'ipv4_addr',
  'ct original ip6 saddr': 'ipv6_addr',
  'ct original ip6 daddr': 'ipv6_addr',
  'meta l4proto': 'inet_proto',
  'meta nfproto': 'nf_proto',
  'meta mark': 'mark',
  'meta skuid': 'uid',
};

/** `meta` may be left out or put before these. */
const META = ['iif', 'oif', 'iifname', 'oifname'];

export function keyType(key: string): DataType {
  return KEYS[key]!;
}

/** The longest key that begins with these words, and how many words it takes. */
export function findKey(words: string[]): { key: string; words: number } | undefined {
  if (words[0] === 'meta' && META.includes(words[1] ?? '')) return { key: words[1]!, words: 2 };
  for (let count = Math.min(4, words.length); count > 0; count--) {
    const key = words.slice(0, count).join(' ');
    if (Object.hasOwn(KEYS, key)) return { key, words: count };
  }
  return undefined;
}
