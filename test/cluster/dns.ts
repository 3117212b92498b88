import { dnsScript } from '../lab/api-host.ts';
import type { Cluster } from './cluster.ts';

/** Where kubeadm tells the kubelets that the cluster's DNS is. */
export const DNS_ADDRESS = '10.96.0.10';
const AT = 'w1';

const objects = (address: string) => `
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system }
spec: { clusterIP: ${DNS_ADDRESS}, ports: [{ name: dns, port: 53, protocol: UDP }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: kube-dns-lab, namespace: kube-system, labels: { kubernetes.io/service-name: kube-dns } }
addressType: IPv4
endpoints: [{ addresses: ['${address}'], conditions: { ready: true } }]
ports: [{ name: dns, port: 53, protocol: UDP }]
`;

/** A DNS server on a worker, behind the service of CoreDNS, which this cluster does not have. */
export class Dns {
  readonly #cluster: Cluster;
  readonly address: string;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.address = cluster.at(AT).spec.address;
  }

  async start(): Promise<void> {
    const run = `cat >/opt/dns.mjs; systemd-run -q --collect --unit=lab-dns ${process.execPath} /opt/dns.mjs ${this.address}`;
    const ran = await this.#cluster.at(AT).sh(run, { stdin: dnsScript });
    if (ran.code !== 0) throw new Error(ran.stderr);
    await this.#cluster.apply(objects(this.address));
  }

  async stop(): Promise<void> {
    await this.#cluster.asked('delete service kube-dns -n kube-system --ignore-not-found');
    await this.#cluster.asked('delete endpointslice kube-dns-lab -n kube-system --ignore-not-found');
    await this.#cluster.sh(AT, 'systemctl stop lab-dns; rm -f /opt/dns.mjs');
  }
}
