import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServerDeps } from '../control-plane/api-server.ts';
import { ControlPlane } from '../control-plane/control-plane.ts';
import type { EtcdMember } from '../control-plane/etcd.ts';
import { etcdHttp } from '../control-plane/etcd-http.ts';
import type { ServerHost } from '../control-plane/server-host.ts';
import { writeStaticPods } from '../control-plane/static-pods.ts';
import { simulatedCrictl } from '../control-plane/tools/crictl.ts';
import { curlTool } from '../control-plane/tools/curl.ts';
import { simulatedEtcdctl } from '../control-plane/tools/etcdctl.ts';
import { kubectlTool } from '../control-plane/tools/kubectl.ts';
import { ClusterDns } from '../dns/cluster-dns.ts';
import { createRandom } from '../random.ts';
import type { Site } from '../site.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNetwork, LabNode } from '../types.ts';
import type { ApiDoor } from './door.ts';

/** The machines that a scenario's cluster runs on. */
export interface ClusterParts {
  site: Site;
  seed: number;
  controlPlanes: LabNode[];
  workers: LabNode[];
  /** How many real workers each of them stands for; default: 1. */
  standsFor?: number;
  network: LabNetwork;
  /** Whether kubelet.service runs there. */
  kubeletActive(node: LabNode): boolean;
  kubeletPid?(node: LabNode): number | undefined;
}

/** What differs from one scenario's control plane to the next. */
export interface ClusterNeeds {
  costs: ApiServerDeps['costs'];
  /** Memory of one watch on everything. */
  wideWatchBytes: number;
  /** How long a kubelet's lease is good. */
  leaseMs: number;
}

/** The control plane on the lab's machines, with its tools; what runs on the workers is the scenario's. */
export class Cluster {
  readonly parts: ClusterParts;
  readonly controlPlane: ControlPlane;
  readonly dns: ClusterDns;

  constructor(parts: ClusterParts, needs: ClusterNeeds) {
    this.parts = parts;
    this.controlPlane = new ControlPlane(
      parts.controlPlanes,
      () => parts.workers,
      createRandom(parts.seed, 'cluster'),
      { costs: needs.costs, wideWatchBytes: needs.wideWatchBytes, now: () => performance.now() },
      parts.kubeletActive,
      needs.leaseMs + CLOCKS.leaseGrace,
    );
    const { hosts, etcd } = this.controlPlane;
    for (const [i, host] of hosts.entries()) this.#equip(host, etcd.members[i]!);
    this.dns = new ClusterDns({
      seed: parts.seed,
      network: parts.site.network,
      nodes: [...parts.controlPlanes, ...parts.workers],
      kubeletActive: parts.kubeletActive,
      client: (node, index) => this.client(node, index),
    });
  }

  /** Resolves once all its servers and its DNS answer. */
  async start(): Promise<void> {
    this.controlPlane.start();
    while (this.controlPlane.ready() < this.controlPlane.hosts.length) await delay(50);
    this.dns.start();
    while (this.dns.known() < this.dns.held().of) await delay(50);
  }

  stop(): void {
    this.dns.stop();
    this.controlPlane.stop();
  }

  /** How a program on a worker reaches the API servers; each worker starts with another server. */
  client(
    node: LabNode,
    index: number,
  ): { node: LabNode; network: LabNetwork; doors: readonly ApiDoor[]; first: number } {
    return { node, network: this.parts.network, doors: this.controlPlane.hosts, first: index };
  }

  /** Endpoints of the users' services that are ready: one on each worker. */
  endpoints(): number {
    return this.parts.workers.length - this.controlPlane.notReady();
  }

  /** Adds what only a control-plane machine has. */
  #equip(host: ServerHost, member: EtcdMember): void {
    const { node } = host;
    const apiPort = () => host.port();
    const { etcd } = this.controlPlane;
    writeStaticPods(node.root);
    const directory = join(node.root, 'etc/kubernetes');
    mkdirSync(directory, { recursive: true });
    for (const name of ['super-admin', 'admin']) {
      const text = `apiVersion: v1\nkind: Config\ncurrent-context: ${name}\n`;
      writeFileSync(join(directory, `${name}.conf`), text, { mode: 0o600 });
    }
    node.setTool('curl', curlTool({ apiPort, etcd: (url) => etcdHttp(etcd, member, url) }));
    node.setTool('crictl', simulatedCrictl(host));
    node.setTool('etcdctl', simulatedEtcdctl(etcd, member));
    node.setTool('kubectl', kubectlTool({ root: node.root, apiPort }));
  }
}
