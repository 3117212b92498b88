import type { Random } from '../random.ts';
import type { LabNode } from '../types.ts';
import type { ApiServerDeps } from './api-server.ts';
import { Controllers } from './controllers.ts';
import { Etcd } from './etcd.ts';
import { ServerHost } from './server-host.ts';
import { hasStaticPod } from './static-pods.ts';
import { Store } from './store.ts';

const TICK_MS = 20;

/** Three API servers, one store in etcd behind them, and the controllers. */
export class ControlPlane {
  readonly store: Store;
  readonly etcd: Etcd;
  readonly hosts: ServerHost[];
  readonly #controllers: Controllers;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(
    nodes: LabNode[],
    workers: () => LabNode[],
    random: Random,
    deps: Omit<ApiServerDeps, 'store' | 'etcd'>,
    kubeletActive: (node: LabNode) => boolean,
    nodeGraceMs: number,
  ) {
    this.store = new Store(random);
    this.etcd = new Etcd(
      nodes.map((node) => ({ name: node.spec.name, running: () => node.running() })),
      () => this.store.revision(),
    );
    const all = { ...deps, store: this.store, etcd: this.etcd };
    this.hosts = nodes.map((node) => new ServerHost(node, all, () => kubeletActive(node)));
    this.#controllers = new Controllers(
      this.store,
      this.etcd,
      this.hosts,
      workers,
      random,
      deps.now,
      nodeGraceMs,
    );
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const host of this.hosts) host.stop();
  }

  ready(): number {
    return this.hosts.filter((host) => host.ready()).length;
  }

  /** Machines whose kubelet does not see the manifest of kube-controller-manager. */
  paused(): number {
    return this.hosts.filter((host) => !hasStaticPod(host.node.root, 'kube-controller-manager')).length;
  }

  /** Nodes whose pods are no longer endpoints. */
  notReady(): number {
    return this.#controllers.notReady();
  }

  #tick(): void {
    for (const host of this.hosts) host.tick();
    // Manifests and machines need fewer looks than requests.
    if (this.#ticks++ % 5 !== 0) return;
    for (const host of this.hosts) host.sync();
    this.#controllers.sync();
  }
}
