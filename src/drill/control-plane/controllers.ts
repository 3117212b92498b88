import type { Random } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNode } from '../types.ts';
import type { Etcd } from './etcd.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import { podOf, podSuffix } from './objects.ts';
import type { ServerHost } from './server-host.ts';
import { hasStaticPod } from './static-pods.ts';
import type { Store } from './store.ts';

/** What a controller-manager needs of the machine that it runs on. */
type Host = Pick<ServerHost, 'node' | 'ready'>;

/**
 * kube-controller-manager's part: a DaemonSet has a pod on each worker, pods without their owner are collected, and nodes
 * that do not report are not ready.
 */
export class Controllers {
  readonly #store: Store;
  readonly #etcd: Etcd;
  readonly #hosts: readonly Host[];
  readonly #workers: () => LabNode[];
  readonly #random: Random;
  readonly #now: () => number;
  readonly #nodes: NodeLifecycle;
  #leader: Host | undefined;
  #renewedAt = 0;
  #syncedAt = 0;

  constructor(
    store: Store,
    etcd: Etcd,
    hosts: readonly Host[],
    workers: () => LabNode[],
    random: Random,
    now: () => number,
    nodeGraceMs: number,
  ) {
    this.#nodes = new NodeLifecycle(store, nodeGraceMs);
    this.#store = store;
    this.#etcd = etcd;
    this.#hosts = hosts;
    this.#workers = workers;
    this.#random = random;
    this.#now = now;
  }

  sync(): void {
    if (this.#now() - this.#syncedAt < CLOCKS.controllerPeriod) return;
    this.#syncedAt = this.#now();
    if (!this.#leads()) return;
    this.reconcile();
    this.#nodes.sync(this.#now());
  }

  /** One leader renews its lease as long as it works; when the lease has run out, another one starts over. */
  #leads(): boolean {
    const now = this.#now();
    if (!this.#leader || !this.#works(this.#leader)) {
      if (this.#leader && now - this.#renewedAt < CLOCKS.leaderLease) return false;
      this.#leader = this.#hosts.find((host) => this.#works(host));
      this.#nodes.newLeader();
    }
    this.#renewedAt = now;
    return this.#leader !== undefined;
  }

  /** It runs on a control-plane machine, and needs the API server there and an etcd that takes its lease. */
  #works(host: Host): boolean {
    return host.ready() && this.#etcd.writable() && hasStaticPod(host.node.root, 'kube-controller-manager');
  }

  /** Nodes that are marked not ready. */
  notReady(): number {
    return this.#nodes.notReady();
  }

  reconcile(): void {
    const sets = this.#store.list('daemonsets');
    const uids = new Set(sets.map((set) => set.metadata.uid));
    for (const pod of this.#store.list('pods')) {
      const owner = pod.metadata.ownerReferences?.[0];
      if (owner && !uids.has(owner.uid) && pod.metadata.deletionTimestamp === undefined)
        this.#store.terminate(pod);
    }
    for (const set of sets) {
      const covered = new Set(
        this.#store
          .list('pods', set.metadata.namespace)
          .filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid)
          .map((pod) => pod.spec?.nodeName),
      );
      for (const node of this.#workers()) {
        if (!covered.has(node.spec.name))
          this.#store.put('pods', podOf(set, node.spec.name, podSuffix(this.#random)));
      }
    }
  }
}
