/** The domain of every lab's cluster, and the address of its service for DNS. */
export const DOMAIN = 'cluster.local';
export const DNS_ADDRESS = '10.96.0.10';

/** The services that users ask for. */
export const USER_SERVICES = ['cart', 'catalog', 'checkout', 'login', 'search'] as const;

/** Every service with an address of its own: `NAME.NAMESPACE`, its address and its ports. */
export const SERVICES: readonly { name: string; address: string; ports: readonly Port[] }[] = [
  {
    name: 'kubernetes.default',
    address: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'tcp' }],
  },
  {
    name: 'kube-dns.kube-system',
    address: DNS_ADDRESS,
    ports: [
      { name: 'dns', port: 53, protocol: 'udp' },
      { name: 'dns-tcp', port: 53, protocol: 'tcp' },
    ],
  },
  ...USER_SERVICES.map((service, n) => ({
    name: `${service}.shop`,
    address: `10.96.20.${10 + n}`,
    ports: [{ name: 'http', port: 80, protocol: 'tcp' } as const],
  })),
];

interface Port {
  name: string;
  port: number;
  protocol: 'tcp' | 'udp';
}

/** A service's whole name, as the DNS has it. */
export const fullName = (name: string): string => `${name}.svc.${DOMAIN}`;

const ADDRESSES = new Map(SERVICES.map(({ name, address }) => [fullName(name), address]));

/** The address of a service by its whole name. */
export const addressOf = (name: string): string | undefined => ADDRESSES.get(name);
