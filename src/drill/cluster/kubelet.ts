import { type ApiObject, lease } from '../control-plane/objects.ts';
import type { StoreEvent } from '../control-plane/store.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNetwork, LabNode } from '../types.ts';
import { ApiClient, type OpenWatch } from './api-client.ts';
import type { ApiDoor } from './door.ts';
import { type Container, PodRunner } from './pod-runner.ts';

export interface KubeletOptions<C extends Container> {
  node: LabNode;
  network: LabNetwork;
  doors: readonly ApiDoor[];
  first: number;
  /** How often it renews its lease, how long a lease is good, and when it begins. */
  everyMs: number;
  leaseMs: number;
  beginAfterMs: number;
  /** Pods that it knew before the API went down. */
  pods: ApiObject[];
  /** Whether kubelet.service runs on the node. */
  active(): boolean;
  /** Its process. */
  mainPid?(): number | undefined;
  runs(pod: ApiObject, restart: number): C;
}

/** How long a lease is good: the kubelets of a big lab renew theirs too rarely for the usual 40 s. */
export function leaseMs(everyMs: number): number {
  return Math.max(CLOCKS.leaseExpire, 3 * everyMs);
}

/** One node's kubelet: it knows only what the API has told it, and acts on that while the API is away. */
export class Kubelet<C extends Container = Container> {
  readonly #options: KubeletOptions<C>;
  readonly #runners = new Map<string, PodRunner<C>>();
  readonly #timer: NodeJS.Timeout;
  #pods = new Map<string, ApiObject>();
  #client: ApiClient | undefined;
  #watch: OpenWatch | undefined;
  #busy = false;
  readonly #beginAt: number;
  #askAt: number;
  #renewedAt = 0;

  constructor(options: KubeletOptions<C>) {
    this.#options = options;
    this.#pods = new Map(options.pods.map((pod) => [pod.metadata.uid ?? '', pod]));
    this.#beginAt = Date.now() + options.beginAfterMs;
    this.#askAt = this.#beginAt;
    this.#timer = setInterval(() => this.#sync(), 100);
  }

  containers(): C[] {
    return [...this.#runners.values()].map((r) => r.container()).filter((c) => c !== undefined);
  }

  /** It has not started yet. */
  starting(): boolean {
    return Date.now() < this.#beginAt;
  }

  /** How many pods it wants to run. */
  wanted(): number {
    return this.#pods.size;
  }

  restarts(): number {
    return [...this.#runners.values()].reduce((sum, r) => sum + r.restarts(), 0);
  }

  /** Whether the control plane would call this node Ready. */
  leaseFresh(): boolean {
    return Date.now() - this.#renewedAt < this.#options.leaseMs;
  }

  /** The network refuses it at every API server. */
  fenced(): boolean {
    return this.#client?.fenced() ?? false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#disconnect();
    for (const runner of this.#runners.values()) runner.end();
    this.#runners.clear();
  }

  #sync(): void {
    const now = Date.now();
    if (!this.#options.node.running()) {
      this.#disconnect();
      this.#runners.clear();
      return;
    }
    // A stopped kubelet leaves its containers running, and does not probe or restart them.
    if (!this.#options.active()) {
      this.#disconnect();
      return;
    }
    if (now < this.#beginAt) return;
    this.#reconcile(now);
    if (now < this.#askAt || this.#busy) return;
    this.#askAt = now + this.#options.everyMs;
    this.#busy = true;
    this.#talk()
      .catch(() => undefined)
      .finally(() => {
        this.#busy = false;
      });
  }

  #reconcile(now: number): void {
    for (const [uid, runner] of this.#runners) {
      if (this.#pods.has(uid)) continue;
      runner.end();
      this.#runners.delete(uid);
    }
    for (const [uid, pod] of this.#pods) {
      const runner =
        this.#runners.get(uid) ?? new PodRunner<C>((restart) => this.#options.runs(pod, restart));
      this.#runners.set(uid, runner);
      runner.sync(now);
    }
  }

  /** Renews the lease; lists and watches its pods unless a watch is open. */
  async #talk(): Promise<void> {
    const pid = this.#options.mainPid?.();
    this.#client ??= new ApiClient({ ...this.#options, ...(pid !== undefined && { pid }) });
    const name = this.#options.node.spec.name;
    const reply = await this.#client.ask({
      method: 'PUT',
      path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`,
      body: JSON.stringify(lease(name, new Date().toISOString(), Math.ceil(this.#options.leaseMs / 1000))),
      timeoutMs: CLOCKS.kubeletTimeout,
    });
    if (reply.code >= 300) return;
    this.#renewedAt = Date.now();
    if (!this.#watch) await this.#listAndWatch(this.#client, name);
  }

  async #listAndWatch(client: ApiClient, name: string): Promise<void> {
    const query = `fieldSelector=spec.nodeName%3D${name}`;
    // The watch comes first, so that no change between the two is missed.
    let over = false;
    const watch = await client.watch(
      `/api/v1/pods?watch=true&${query}`,
      (line) => this.#learn(line),
      () => {
        over = true;
        this.#watch = undefined;
      },
    );
    try {
      const reply = await client.ask({ path: `/api/v1/pods?${query}`, timeoutMs: CLOCKS.kubeletTimeout });
      if (reply.code !== 200 || over) throw new Error('no list');
      const { items } = JSON.parse(reply.body) as { items: ApiObject[] };
      this.#pods = new Map(items.map((pod) => [pod.metadata.uid ?? '', pod]));
      this.#watch = watch;
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  #learn(line: string): void {
    const { type, object } = JSON.parse(line) as StoreEvent;
    const uid = object.metadata.uid ?? '';
    if (type === 'DELETED') this.#pods.delete(uid);
    else this.#pods.set(uid, object);
  }

  #disconnect(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#client?.close();
    this.#client = undefined;
  }
}
