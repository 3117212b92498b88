import { lease } from '../control-plane/objects.ts';
import { CLOCKS } from '../time-scale.ts';
import type { ApiClient } from './api-client.ts';

/** How long a lease is good: the kubelets of a big lab renew theirs too rarely for the usual 40 s. */
export function leaseMs(everyMs: number): number {
  return Math.max(CLOCKS.leaseExpire, 3 * everyMs);
}

/** A kubelet's lease in the API: how the control plane knows that the node is alive. */
export class NodeLease {
  readonly #options: { name: string; everyMs: number; leaseMs: number };
  #dueAt: number;
  #renewing = false;
  #renewedAt = 0;

  constructor(options: { name: string; everyMs: number; leaseMs: number }, firstAt: number) {
    this.#options = options;
    this.#dueAt = firstAt;
  }

  /** Whether the control plane would call this node Ready. */
  fresh(): boolean {
    return Date.now() - this.#renewedAt < this.#options.leaseMs;
  }

  /** Renews it when it is due. */
  keep(client: ApiClient, now: number): void {
    if (now < this.#dueAt || this.#renewing) return;
    this.#dueAt = now + this.#options.everyMs;
    this.#renewing = true;
    this.#renew(client)
      .catch(() => undefined)
      .finally(() => {
        this.#renewing = false;
      });
  }

  async #renew(client: ApiClient): Promise<void> {
    const { name, leaseMs } = this.#options;
    const { code } = await client.ask({
      method: 'PUT',
      path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`,
      body: JSON.stringify(lease(name, new Date().toISOString(), Math.ceil(leaseMs / 1000))),
      timeoutMs: CLOCKS.kubeletTimeout,
    });
    if (code < 300) this.#renewedAt = Date.now();
  }
}
