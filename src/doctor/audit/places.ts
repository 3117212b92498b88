import { isIP } from 'node:net';
import { canonicalAddress } from '../../fleet/canonical-address.ts';
import type { FleetNode } from '../../fleet/types.ts';

/** What is known of a cluster by which a host can be told to be in it. */
export interface ClusterPlaces {
  name: string;
  nodes: readonly FleetNode[];
  /** Where the API is asked, besides loopback. */
  apiAddress?: string | undefined;
  /** Addresses of its DNS, as its nodes tell them. */
  dns?: readonly string[];
  /** Its domain, as its nodes tell it. */
  domain?: string | undefined;
}

/** Says what a host is to the clusters of the kit: `node cp-1 of prod-1`; undefined where it is nothing of theirs. */
export type Places = (host: string) => string | undefined;

/** Of pods, on any node: keys that a cluster hands out. */
const OF_NODES: Record<string, string> = {
  '169.254.170.23': 'the EKS Pod Identity agent of a node',
  'fd00:ec2::23': 'the EKS Pod Identity agent of a node',
};

/** Where installers put the DNS of a cluster. */
export const USUAL_DNS = [
  ['10.96.0.10', 'kubeadm'],
  ['10.100.0.10', 'EKS'],
  ['172.20.0.10', 'EKS'],
  ['10.43.0.10', 'k3s and RKE2'],
  ['10.233.0.3', 'Kubespray'],
  ['10.152.183.10', 'MicroK8s'],
  ['169.254.20.10', 'NodeLocal DNSCache'],
  ['169.254.25.10', 'NodeLocal DNSCache'],
] as const;

export function placesOf(clusters: readonly ClusterPlaces[]): Places {
  const known = new Map<string, string>();
  for (const { name, nodes, apiAddress, dns = [] } of clusters) {
    if (apiAddress !== undefined) put(known, apiAddress, `the API of ${name}`);
    for (const address of dns) put(known, address, `the DNS of ${name}`);
    // Behind one address with several ports is a forwarder, not a node.
    for (const [address, owners] of ownersOf(nodes))
      if (owners.size === 1) put(known, address, `node ${[...owners][0]} of ${name}`);
    for (const node of nodes) put(known, node.name, `node ${node.name} of ${name}`);
  }
  const domains = clusters.flatMap(({ domain, name }) => (domain ? [{ domain, name }] : []));
  return (host) => {
    const plain = host.toLowerCase().replace(/\.$/, '');
    if (isIP(plain) === 0) return known.get(plain) ?? serviceName(plain, domains);
    const address = canonicalAddress(plain);
    return known.get(address) ?? OF_NODES[address];
  };
}

function ownersOf(nodes: readonly FleetNode[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { name, address, internalAddress } of nodes)
    for (const one of new Set([address, internalAddress ?? address]))
      owners.set(one, (owners.get(one) ?? new Set()).add(name));
  return owners;
}

/** A loopback address is of each machine: a lab on this one has many. */
function put(known: Map<string, string>, host: string, what: string): void {
  const key = isIP(host) === 0 ? host.toLowerCase() : canonicalAddress(host);
  if (!isLoopback(key) && !known.has(key)) known.set(key, what);
}

export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

function serviceName(name: string, domains: { domain: string; name: string }[]): string | undefined {
  const own = domains.find(({ domain }) => name.endsWith(`.${domain.toLowerCase()}`));
  if (own) return `a name of ${own.name}, which only its own DNS knows`;
  if (/\.svc$|\.svc\.|\.cluster\.local$/.test(name))
    return 'a name of a service, which only the DNS of a cluster knows';
  return undefined;
}
