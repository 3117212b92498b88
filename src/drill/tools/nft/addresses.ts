import ipaddr from 'ipaddr.js';
import type { Interval } from './interval.ts';

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** An address or a prefix in CIDR notation, as the range of its numbers. */
export function parseAddresses(text: string, kind: 'ipv4' | 'ipv6'): Interval | undefined {
  const [address = '', length, ...more] = text.split('/');
  const bits = BITS[kind];
  const value = addressNumber(address, kind);
  if (value === undefined || more.length > 0) return undefined;
  if (length === undefined) return { lo: value, hi: value };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  const size = 1n << BigInt(bits - Number(length));
  const lo = value - (value % size);
  return { lo, hi: lo + size - 1n };
}

export function addressNumber(text: string, kind: 'ipv4' | 'ipv6'): bigint | undefined {
  const valid = kind === 'ipv4' ? ipaddr.IPv4.isValidFourPartDecimal(text) : ipaddr.IPv6.isValid(text);
  if (!valid || text.includes('%')) return undefined;
  return ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

export function formatAddress(value: bigint, kind: 'ipv4' | 'ipv6'): string {
  const bytes = Array.from({ length: BITS[kind] / 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  return ipaddr.fromByteArray(bytes.reverse()).toString();
}

/** A single address, a prefix where the range is one, else a range. */
export function formatAddresses({ lo, hi }: Interval, kind: 'ipv4' | 'ipv6'): string {
  if (lo === hi) return formatAddress(lo, kind);
  const size = hi - lo + 1n;
  const power = size.toString(2).length - 1;
  if (size === 1n << BigInt(power) && lo % size === 0n) {
    return `${formatAddress(lo, kind)}/${BITS[kind] - power}`;
  }
  return `${formatAddress(lo, kind)}-${formatAddress(hi, kind)}`;
}
