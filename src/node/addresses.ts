import ipaddr from 'ipaddr.js';
import { usage } from '../base/errors.ts';
import type { ActionContext } from './types.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** An address or CIDR in its canonical text; a usage error otherwise. Names are never resolved: DNS may be what is broken. */
export function canonicalAddress(text: string, place: string): string {
  return show(parse(text, place));
}

/** Canonical, sorted, without what another of them contains: the kernel's interval sets refuse overlaps. */
export function addressSet(texts: string[], place: string): { v4: string[]; v6: string[] } {
  const ranges = texts.map((text) => parse(text, place)).sort((a, b) => a[1] - b[1]);
  const kept: Range[] = [];
  for (const range of ranges) if (!kept.some((wide) => contains(wide, range))) kept.push(range);
  const of = (kind: string) =>
    kept
      .filter(([a]) => a.kind() === kind)
      .map(show)
      .sort();
  return { v4: of('ipv4'), v6: of('ipv6') };
}

/** Addresses that are never cut off: the control plane's own, and those that the kit names. */
export function alwaysAllowed(context: ActionContext): string[] {
  const own = context.nodes
    .filter((n) => n.roles.includes('control-plane') || n.roles.includes('etcd'))
    .flatMap((n) => [n.address, n.internalAddress ?? n.address]);
  return [...own, ...context.cluster.kubernetes.alwaysAllow];
}

/** Whether an address lies in one of these addresses and networks. */
export function contained(address: string, texts: string[], place: string): boolean {
  const one = parse(address, place);
  return texts.some((text) => contains(parse(text, place), one));
}

function parse(text: string, place: string): Range {
  try {
    // An interface's name means nothing in a firewall rule, and on another machine.
    if (text.includes('%')) throw new TypeError('an address with a zone');
    if (text.includes('/')) {
      const [address, bits] = ipaddr.parseCIDR(text);
      return network(address, bits);
    }
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    throw usage(`not an address: ${JSON.stringify(text)}`, { place, expected: 'an IP address or a CIDR' });
  }
}

/** The first address of a block: nft lists it so. */
function network(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): Range {
  const cidr = `${address.toString()}/${bits}`;
  return address.kind() === 'ipv4'
    ? [ipaddr.IPv4.networkAddressFromCIDR(cidr), bits]
    : [ipaddr.IPv6.networkAddressFromCIDR(cidr), bits];
}

function contains(wide: Range, narrow: Range): boolean {
  if (wide[0].kind() !== narrow[0].kind() || wide[1] > narrow[1]) return false;
  return narrow[0].match(wide);
}

function show([address, bits]: Range): string {
  const whole = address.kind() === 'ipv4' ? 32 : 128;
  return bits === whole ? address.toString() : `${address.toString()}/${bits}`;
}
