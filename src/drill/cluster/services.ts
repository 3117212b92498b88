import type { Resolved } from '../dns/cluster-dns.ts';
import type { Random } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNode } from '../types.ts';
import { NameCache } from './name-cache.ts';

/** Calls a second that one endpoint can carry. */
export const ENDPOINT_CARRIES = 40;

/** The share of so many calls a second that the ready endpoints can carry. */
export function carried(endpoints: number, callsPerSecond: number): number {
  return callsPerSecond === 0 ? 1 : Math.min(1, (ENDPOINT_CARRIES * endpoints) / callsPerSecond);
}

export interface ServicesOptions {
  node: Pick<LabNode, 'running'>;
  /** How often a failed lookup is tried again. */
  retryMs: number;
  names: number;
  /** Users' requests that come here now. */
  callsPerSecond(): number;
  /** Share of user requests that the endpoints can carry. */
  carried(): number;
  /** Asks the cluster's DNS; the number, in [0, 1), is which of its servers gets the question. */
  resolve(pick: number): Resolved;
  random: Random;
}

/** User requests so far. */
export interface Calls {
  served: number;
  lost: number;
  withoutEndpoint: number;
  /** Those that would have been lost, had nobody given CoreDNS a table of names. */
  lostUnheld: number;
}

/** The user requests of one node: they succeed while their names resolve and endpoints take them. */
export class Services {
  readonly #options: ServicesOptions;
  readonly #cache: NameCache;
  /** What it would remember without a table. */
  readonly #unheld: NameCache;
  readonly #timer: NodeJS.Timeout;
  #at = Date.now();
  #askAt = 0;
  readonly #calls: Calls = { served: 0, lost: 0, withoutEndpoint: 0, lostUnheld: 0 };

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#cache = new NameCache(options.names, CLOCKS.dnsTtl, this.#at, options.random);
    this.#unheld = this.#cache.copy();
    this.#timer = setInterval(() => this.pass(Date.now()), 250);
  }

  calls(): Calls {
    return { ...this.#calls };
  }

  /** Share of names that do not resolve now. */
  failing(): number {
    return this.#cache.failing(Date.now());
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Counts the requests since the last look, then looks up what is due. */
  pass(now: number): void {
    const { node, callsPerSecond, carried } = this.#options;
    const on = node.running();
    const calls = (callsPerSecond() * (now - this.#at)) / 1000;
    const carries = carried();
    const resolved = calls * (on ? 1 - this.#cache.failing(now) : 0);
    const sum = this.#calls;
    sum.served += resolved * carries;
    sum.withoutEndpoint += resolved * (1 - carries);
    sum.lost += calls - resolved * carries;
    sum.lostUnheld += calls - calls * (on ? 1 - this.#unheld.failing(now) : 0) * carries;
    this.#at = now;
    if (on) this.#lookUp(now);
  }

  #lookUp(now: number): void {
    const { retryMs, random, resolve } = this.#options;
    if (now < this.#askAt || !(this.#cache.due(now) || this.#unheld.due(now))) return;
    this.#askAt = now + retryMs;
    const found = resolve(random.next());
    if (found.now) this.#cache.refresh(now);
    if (found.unheld) this.#unheld.refresh(now);
  }
}
