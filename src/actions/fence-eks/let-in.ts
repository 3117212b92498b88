import ipaddr from 'ipaddr.js';
import { asCidr, blocks, covers, merged } from '../fence-network/cidr.ts';
import type { CloudContext } from '../types.ts';

/** Whether EKS takes it: public addresses alone. */
export function isPublic(cidr: string): boolean {
  // Addresses of documentation are reserved, and EKS takes them.
  return ['unicast', 'reserved'].includes(ipaddr.process(cidr.split('/')[0]!).range());
}

/** Public addresses that the kit says must always get through. */
export function kitAddresses({ cluster }: CloudContext): string[] {
  const bastions = Object.values(cluster.bastions).map(({ address }) => address);
  return [...cluster.kubernetes.alwaysAllow, ...bastions].filter((one) => isPublic(asCidr(one)));
}

/** What is left of a list where only these are to be let in. A fence never lets in what was kept out before. */
export function narrowed(former: string[], keep: string[]): string[] {
  const [now, wanted] = [blocks(former), blocks(keep)];
  return merged([
    ...wanted.filter((one) => now.some((wide) => covers(wide, one))),
    ...now.filter((one) => wanted.some((wide) => covers(wide, one))),
  ]);
}

/** Of these, what is let in by none of the list. */
export function notIn(list: string[], wanted: string[]): string[] {
  return blocks(wanted).filter((one) => !list.some((wide) => covers(wide, one)));
}
