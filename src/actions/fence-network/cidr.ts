import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../../node/addresses.ts';

/** Arithmetic of CIDR blocks, as plain text in canonical form (`10.0.1.0/24`, `2001:db8::/56`). */

interface Block {
  v6: boolean;
  first: bigint;
  last: bigint;
}

function block(text: string): Block {
  const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : whole(text);
  const bytes = address.toByteArray();
  const size = BigInt(bytes.length * 8 - bits);
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const first = (value >> size) << size;
  return { v6: bytes.length === 16, first, last: first + (1n << size) - 1n };
}

function whole(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** As EC2 keeps it: an address alone is a block of one, and a block begins with its first address. */
export function asCidr(text: string): string {
  const canonical = canonicalAddress(text, 'network');
  return canonical.includes('/') ? canonical : `${canonical}/${isV6(canonical) ? 128 : 32}`;
}

export function isV6(cidr: string): boolean {
  return cidr.includes(':');
}

export function overlaps(a: string, b: string): boolean {
  const [x, y] = [block(a), block(b)];
  return x.v6 === y.v6 && x.first <= y.last && y.first <= x.last;
}

/** Whether the outer block has all of the inner one. */
export function covers(outer: string, inner: string): boolean {
  const [x, y] = [block(outer), block(inner)];
  return x.v6 === y.v6 && x.first <= y.first && y.last <= x.last;
}

/** Addresses and networks as blocks, each once. */
export function blocks(texts: string[]): string[] {
  return [...new Set(texts.map(asCidr))];
}

/** The same addresses in as few blocks as possible, in order: rules are scarce. */
export function merged(cidrs: string[]): string[] {
  let blocked = blocks(cidrs).sort(byAddress);
  for (;;) {
    const kept = blocked.filter((one) => !blocked.some((other) => other !== one && covers(other, one)));
    const next: string[] = [];
    for (const one of kept) {
      const both = next.length > 0 ? joined(next.at(-1)!, one) : undefined;
      if (both) next.splice(-1, 1, both);
      else next.push(one);
    }
    if (next.length === blocked.length) return next;
    blocked = next;
  }
}

/** Two halves of one block as that block. */
function joined(a: string, b: string): string | undefined {
  const bits = Number(a.split('/')[1]);
  if (bits === 0 || Number(b.split('/')[1]) !== bits) return undefined;
  const address = a.split('/')[0]!;
  const network = isV6(a)
    ? ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits - 1}`)
    : ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits - 1}`);
  const both = `${network.toString()}/${bits - 1}`;
  return covers(both, a) && covers(both, b) ? both : undefined;
}

function byAddress(a: string, b: string): number {
  const [x, y] = [block(a), block(b)];
  if (x.v6 !== y.v6) return x.v6 ? 1 : -1;
  return x.first < y.first ? -1 : x.first > y.first ? 1 : 0;
}
