import type { ApiDoor } from '../cluster/door.ts';
import { PodRunner } from '../cluster/pod-runner.ts';
import { SYSTEM_POOL } from '../machines.ts';
import { createRandom } from '../random.ts';
import type { LabNetwork, LabNode } from '../types.ts';
import { CoreDns } from './coredns.ts';
import { type DnsCode, digTool } from './dig.ts';
import { DNS_ADDRESS, DOMAIN, fullName, USER_SERVICES } from './names.ts';
import { configVolume, tellOfDns } from './pod-files.ts';
import { iptablesSave } from './proxy-rules.ts';

export interface ClusterDnsOptions {
  seed: number;
  /** Second byte of the cluster's addresses. */
  network: number;
  nodes: readonly LabNode[];
  kubeletActive(node: LabNode): boolean;
  client(
    node: LabNode,
    index: number,
  ): { node: LabNode; network: LabNetwork; doors: readonly ApiDoor[]; first: number };
}

/** What the users of a node get to hear of their names: now, and had nobody given CoreDNS a table. */
export interface Resolved {
  now: boolean;
  unheld: boolean;
}

interface Pod {
  node: LabNode;
  address: string;
  runner: PodRunner<CoreDns>;
}

/** The DNS of one cluster: a CoreDNS on each node of its pool, behind one address by the rules of kube-proxy. */
export class ClusterDns {
  readonly #options: ClusterDnsOptions;
  readonly #pods: Pod[];
  readonly #names = USER_SERVICES.map((service) => fullName(`${service}.shop`));
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClusterDnsOptions) {
    this.#options = options;
    const { nodes, seed, network } = options;
    this.#pods = nodes
      .filter(({ spec }) => spec.labels.pool === SYSTEM_POOL)
      .map((node, n) => {
        const random = createRandom(seed, `coredns/${node.spec.name}`);
        const uid = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
        const address = `10.244.${network}.${53 + n}`;
        const volume = configVolume(node.root, uid);
        const more = { random, uid, volume, address };
        const runner = new PodRunner(() => new CoreDns({ ...options.client(node, n), ...more }));
        return { node, address, runner };
      });
    for (const node of nodes) {
      tellOfDns(node.root, DNS_ADDRESS, DOMAIN);
      node.setTool('iptables-save', iptablesSave());
      node.setTool(
        'dig',
        digTool((server, name) => this.#ask(server, name)),
      );
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.#sync(Date.now()), 100);
    this.#sync(Date.now());
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const { runner } of this.#pods) runner.end();
  }

  /** How many there are, and how many answer by a table. */
  held(): { now: number; of: number } {
    return { now: this.#servers().filter((one) => one?.held()).length, of: this.#pods.length };
  }

  /** How many have learned the services from the API. */
  known(): number {
    return this.#servers().filter((one) => one?.wouldKnow()).length;
  }

  /** Where one runs, and whether it answers by what the API told it, without a table. */
  nodeOf(n: number): LabNode | undefined {
    return this.#pods[n]?.node;
  }

  knowsAlone(n: number): boolean {
    return this.#servers()[n]?.knowsAlone() ?? false;
  }

  /** The kernel kills one for want of memory; its kubelet starts it again. */
  kill(n: number): void {
    this.#servers()[n]?.process.kill('SIGKILL');
  }

  /** A look-up of the users' names. `pick`, in [0, 1), is which CoreDNS kube-proxy leads it to, a dead one too. */
  resolve(pick: number): Resolved {
    const server = this.#picked(pick);
    return {
      now: this.#names.every((name) => server?.answer(name) === 'NOERROR'),
      unheld: server?.wouldKnow() ?? false,
    };
  }

  #sync(now: number): void {
    for (const { node, runner } of this.#pods) {
      if (!node.running()) runner.end();
      else if (this.#options.kubeletActive(node)) runner.sync(now);
      runner.container()?.sync(now);
    }
  }

  #servers(): (CoreDns | undefined)[] {
    return this.#pods.map(({ runner }) => runner.container());
  }

  #picked(pick: number): CoreDns | undefined {
    return this.#servers()[Math.floor(pick * this.#pods.length)];
  }

  #ask(server: string, name: string): DnsCode | undefined {
    if (server === DNS_ADDRESS) return this.#picked(Math.random())?.answer(name);
    return this.#pods
      .find(({ address }) => address === server)
      ?.runner.container()
      ?.answer(name);
  }
}
