import type { Random } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNetwork, LabNode } from '../types.ts';
import { ApiClient } from './api-client.ts';
import type { ApiDoor } from './door.ts';
import { NameCache } from './name-cache.ts';

/** Calls a second that one endpoint can carry. */
export const ENDPOINT_CARRIES = 40;

/** The share of so many calls a second that the ready endpoints can carry. */
export function carried(endpoints: number, callsPerSecond: number): number {
  return callsPerSecond === 0 ? 1 : Math.min(1, (ENDPOINT_CARRIES * endpoints) / callsPerSecond);
}

/** The user requests of one node: they succeed while their names resolve and endpoints take them. */
export class Services {
  readonly #options: { node: LabNode; callsPerSecond(): number; retryMs: number; carried(): number };
  readonly #cache: NameCache;
  readonly #client: ApiClient;
  readonly #timer: NodeJS.Timeout;
  #at = Date.now();
  #askAt = 0;
  #asking = false;
  #lost = 0;
  #withoutEndpoint = 0;
  #served = 0;

  constructor(options: {
    node: LabNode;
    network: LabNetwork;
    doors: readonly ApiDoor[];
    first: number;
    /** How often a failed lookup is tried again. */
    retryMs: number;
    names: number;
    /** Users' requests that come here now. */
    callsPerSecond(): number;
    /** Share of user requests that the endpoints can carry. */
    carried(): number;
    random: Random;
  }) {
    this.#options = options;
    this.#cache = new NameCache(options.names, CLOCKS.dnsTtl, this.#at, options.random);
    this.#client = new ApiClient(options);
    this.#timer = setInterval(() => this.#pass(), 250);
  }

  /** User requests so far. */
  calls(): { lost: number; served: number; withoutEndpoint: number } {
    return { lost: this.#lost, served: this.#served, withoutEndpoint: this.#withoutEndpoint };
  }

  /** Share of names that do not resolve now. */
  failing(): number {
    return this.#cache.failing(Date.now());
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#client.close();
  }

  #pass(): void {
    const now = Date.now();
    const calls = (this.#options.callsPerSecond() * (now - this.#at)) / 1000;
    const failing = this.#options.node.running() ? this.#cache.failing(now) : 1;
    const resolved = calls * (1 - failing);
    const served = resolved * this.#options.carried();
    this.#withoutEndpoint += resolved - served;
    this.#lost += calls - served;
    this.#served += served;
    this.#at = now;
    if (!this.#options.node.running() || !this.#cache.due(now) || this.#asking || now < this.#askAt) return;
    this.#askAt = now + this.#options.retryMs;
    this.#asking = true;
    this.#lookUp().finally(() => {
      this.#asking = false;
    });
  }

  /** The cluster's DNS gets its answers from the API server. */
  async #lookUp(): Promise<void> {
    const reply = await this.#client
      .ask({ path: '/api/v1/namespaces/default/endpoints', timeoutMs: CLOCKS.kubeletTimeout })
      .catch(() => undefined);
    if (reply?.code === 200) this.#cache.refresh(Date.now());
  }
}
