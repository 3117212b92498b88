import type { ApiObject } from '../control-plane/objects.ts';
import type { StoreEvent } from '../control-plane/store.ts';
import type { Random } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNetwork, LabNode } from '../types.ts';
import { ApiClient, type OpenWatch } from './api-client.ts';
import type { ApiDoor } from './door.ts';
import { NodeLease } from './node-lease.ts';
import { type Container, PodRunner } from './pod-runner.ts';
import { Relist } from './relist.ts';

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
  random: Random;
  /** Whether kubelet.service runs on the node. */
  active(): boolean;
  /** Its process. */
  mainPid?(): number | undefined;
  runs(pod: ApiObject, restart: number): C;
  /** Whether the pod's images are on the node; asked at each look until its container starts. Default: they are. */
  fetched?(pod: ApiObject): boolean;
}

/** One node's kubelet: it knows only what the API has told it, and acts on that while the API is away. */
export class Kubelet<C extends Container = Container> {
  readonly #options: KubeletOptions<C>;
  readonly #runners = new Map<string, PodRunner<C>>();
  readonly #timer: NodeJS.Timeout;
  #pods = new Map<string, ApiObject>();
  /** Deleted ones that the API still has. */
  readonly #ending = new Map<string, ApiObject>();
  #confirmAt = 0;
  #client: ApiClient | undefined;
  #watch: OpenWatch | undefined;
  readonly #lease: NodeLease;
  #relist: Relist;
  #listing = false;
  readonly #beginAt: number;
  #listAt = 0;

  constructor(options: KubeletOptions<C>) {
    this.#options = options;
    this.#pods = new Map(options.pods.map((pod) => [pod.metadata.uid ?? '', pod]));
    this.#beginAt = Date.now() + options.beginAfterMs;
    this.#lease = new NodeLease({ ...options, name: options.node.spec.name }, this.#beginAt);
    this.#relist = new Relist(options.random);
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

  /** Its pods as the container runtime knows them: one that waits has no container. */
  pods(): { uid: string; container: C | undefined; restarts: number }[] {
    return [...this.#pods.keys()].map((uid) => {
      const runner = this.#runners.get(uid);
      return { uid, container: runner?.container(), restarts: runner?.restarts() ?? 0 };
    });
  }

  restarts(): number {
    return [...this.#runners.values()].reduce((sum, r) => sum + r.restarts(), 0);
  }

  /** Whether the control plane would call this node Ready. */
  leaseFresh(): boolean {
    return this.#lease.fresh();
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
    this.#client ??= this.#connect();
    this.#lease.keep(this.#client, now);
    this.#follow(this.#client, now);
    this.#confirm(this.#client, now);
  }

  #reconcile(now: number): void {
    for (const [uid, runner] of this.#runners) {
      if (this.#pods.has(uid)) continue;
      runner.end();
      this.#runners.delete(uid);
    }
    for (const [uid, pod] of this.#pods) {
      const runner = this.#runners.get(uid) ?? this.#runnerOf(pod);
      if (!runner) continue;
      this.#runners.set(uid, runner);
      runner.sync(now);
    }
  }

  #runnerOf(pod: ApiObject): PodRunner<C> | undefined {
    const { fetched, runs } = this.#options;
    return fetched?.(pod) === false ? undefined : new PodRunner<C>((restart) => runs(pod, restart));
  }

  #connect(): ApiClient {
    const pid = this.#options.mainPid?.();
    return new ApiClient({ ...this.#options, ...(pid !== undefined && { pid }) });
  }

  /** Lists and watches its pods again when the wait after the last watch is over. */
  #follow(client: ApiClient, now: number): void {
    if (this.#watch || this.#listing || now < this.#listAt) return;
    this.#listing = true;
    this.#listAndWatch(client)
      .catch(() => this.#waitToList())
      .finally(() => {
        this.#listing = false;
      });
  }

  #waitToList(): void {
    const now = Date.now();
    // Many kubelets take all their turns more rarely.
    this.#listAt = now + this.#relist.after(now) * (this.#options.everyMs / CLOCKS.leaseRenew);
  }

  async #listAndWatch(client: ApiClient): Promise<void> {
    const query = `fieldSelector=spec.nodeName%3D${this.#options.node.spec.name}`;
    // The watch comes first, so that no change between the two is missed.
    let over = false;
    const watch = await client.watch(
      `/api/v1/pods?watch=true&${query}`,
      (line) => this.#learn(line),
      () => {
        over = true;
        if (!this.#watch) return;
        this.#watch = undefined;
        this.#waitToList();
      },
    );
    try {
      const reply = await client.ask({ path: `/api/v1/pods?${query}`, timeoutMs: CLOCKS.kubeletTimeout });
      if (reply.code !== 200 || over) throw new Error('no list');
      const { items } = JSON.parse(reply.body) as { items: ApiObject[] };
      this.#pods.clear();
      for (const pod of items) this.#take(pod);
      this.#watch = watch;
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  #learn(line: string): void {
    const { type, object } = JSON.parse(line) as StoreEvent;
    if (type === 'DELETED') this.#pods.delete(object.metadata.uid ?? '');
    else this.#take(object);
  }

  #take(pod: ApiObject): void {
    const { uid = '', deletionTimestamp } = pod.metadata;
    if (deletionTimestamp === undefined) {
      this.#pods.set(uid, pod);
    } else {
      this.#pods.delete(uid);
      this.#ending.set(uid, pod);
    }
  }

  /** Tells the API that deleted pods have ended, until it has heard of it. */
  #confirm(client: ApiClient, now: number): void {
    if (now < this.#confirmAt) return;
    for (const [uid, pod] of this.#ending) {
      if (this.#runners.has(uid)) continue;
      this.#confirmAt = now + CLOCKS.podStatus;
      const { namespace = '', name } = pod.metadata;
      const path = `/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`;
      client
        .ask({ method: 'DELETE', path, timeoutMs: CLOCKS.kubeletTimeout })
        .then(({ code }) => {
          if (code === 200 || code === 404) this.#ending.delete(uid);
        })
        .catch(() => undefined);
    }
  }

  #disconnect(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#client?.close();
    this.#client = undefined;
    // A kubelet that starts lists at once.
    this.#listAt = 0;
    this.#relist = new Relist(this.#options.random);
  }
}
