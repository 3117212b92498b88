import { nodeObject } from './objects.ts';
import type { Store } from './store.ts';

/**
 * kube-controller-manager's word on nodes: one whose lease is not renewed for the grace period is not ready, and its pods
 * are out of every service at once, whether they run or not. A new leader grants every node a full grace period.
 */
export class NodeLifecycle {
  readonly #store: Store;
  readonly #graceMs: number;
  readonly #notReady = new Set<string>();
  readonly #seen = new Map<string, { renewTime: unknown; at: number }>();

  constructor(store: Store, graceMs: number) {
    this.#store = store;
    this.#graceMs = graceMs;
  }

  newLeader(): void {
    this.#seen.clear();
  }

  sync(now: number): void {
    for (const lease of this.#store.list('leases', 'kube-node-lease')) {
      const { name } = lease.metadata;
      const renewTime = lease.spec?.renewTime;
      const seen = this.#seen.get(name);
      if (seen?.renewTime !== renewTime) this.#seen.set(name, { renewTime, at: now });
      // A new leader knows nothing yet, so that earlier marks stay.
      if (!seen) continue;
      if (seen.renewTime !== renewTime) this.#tell(name, true);
      else if (now - seen.at >= this.#graceMs) this.#tell(name, false);
    }
  }

  /** Nodes that are marked not ready. */
  notReady(): number {
    return this.#notReady.size;
  }

  #tell(name: string, ready: boolean): void {
    if (ready !== this.#notReady.has(name)) return;
    if (ready) this.#notReady.delete(name);
    else this.#notReady.add(name);
    this.#store.put('nodes', nodeObject(name, ready));
  }
}
