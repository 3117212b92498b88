import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../cluster/api-client.ts';
import type { ApiDoor } from '../cluster/door.ts';
import { podCgroup } from '../cluster/pod-cgroup.ts';
import type { Container } from '../cluster/pod-runner.ts';
import { Relist } from '../cluster/relist.ts';
import type { Random } from '../random.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNetwork, LabNode, LabProcess } from '../types.ts';
import { hostsOf } from './corefile.ts';
import type { DnsCode } from './dig.ts';
import { addressOf, DOMAIN } from './names.ts';
import { COREDNS_ARGS, showPod } from './pod-files.ts';

/** Services, endpoints and namespaces: it knows no name before it has all of them. */
const LISTS = 3;

export interface CoreDnsOptions {
  node: LabNode;
  network: LabNetwork;
  doors: readonly ApiDoor[];
  first: number;
  random: Random;
  uid: string;
  /** Where its Corefile lies on the machine, and its own address. */
  volume: string;
  address: string;
}

/**
 * One life of a CoreDNS: a real process that reads its Corefile at its start and at SIGUSR1, and answers by its table of
 * hosts, then by what the API has told it. It knows the services from its first list until its end, or until it reads
 * its Corefile again.
 */
export class CoreDns implements Container {
  readonly process: LabProcess;
  readonly #options: CoreDnsOptions;
  readonly #client: ApiClient;
  readonly #relist: Relist;
  #table: ReadonlySet<string> = new Set();
  #serving = false;
  /** How often its Corefile was read, and for which of these it lists now. */
  #loads = 0;
  #listingFor = 0;
  #listAt = 0;
  /** Lists that its plugin kubernetes has not got since then, and that it had not got without a table of names. */
  #missing = LISTS;
  #missingUnheld = LISTS;
  /** By the Corefile in force. */
  #knows = false;

  constructor(options: CoreDnsOptions) {
    this.#options = options;
    const { node, random, uid } = options;
    const cgroup = podCgroup(uid, random.hex(64));
    this.process = node.spawn({
      comm: 'coredns',
      args: COREDNS_ARGS,
      cgroup,
      onReload: () => void this.#load(),
    });
    showPod(node.root, this.process.pid, options);
    this.#client = new ApiClient({ ...options, pid: this.process.pid });
    this.#relist = new Relist(random);
    this.process.onExit(() => this.#client.close());
    void this.process.turn().then(() => this.#load());
  }

  live(): boolean {
    return true;
  }

  /** Whether it answers by a table of hosts. */
  held(): boolean {
    return this.#serving && this.#table.size > 0;
  }

  /** Whether it answers without a table, by what the API told it. */
  knowsAlone(): boolean {
    return this.process.alive() && this.#knows && this.#table.size === 0;
  }

  /** Undefined where it does not answer. Other names than the cluster's are known. */
  answer(name: string): DnsCode | undefined {
    if (!this.#serving || !this.process.alive()) return undefined;
    if (this.#table.has(name) || !name.endsWith(`.${DOMAIN}`)) return 'NOERROR';
    if (!this.#knows) return 'SERVFAIL';
    return addressOf(name) === undefined ? 'NXDOMAIN' : 'NOERROR';
  }

  /** Whether it would answer by what the API told it, had nobody given it a table. */
  wouldKnow(): boolean {
    return this.#serving && this.process.alive() && this.#missingUnheld === 0;
  }

  /** Lists again what it has not got yet, when it is time. */
  sync(now: number): void {
    if (!this.#serving || this.#knows || now < this.#listAt) return;
    void this.#list(CLOCKS.kubeletTimeout).then(() => {
      if (this.#missing === 0) this.#knows = true;
    });
  }

  /** The plugin kubernetes waits so long for the API; until then the Corefile of before is in force. */
  async #load(): Promise<void> {
    let table: ReadonlySet<string>;
    try {
      table = hostsOf(readFileSync(join(this.#options.node.root, this.#options.volume, 'Corefile'), 'utf8'));
    } catch {
      return;
    }
    const load = ++this.#loads;
    this.#missing = LISTS;
    await Promise.race([this.#list(CLOCKS.dnsStart), delay(CLOCKS.dnsStart)]);
    if (load !== this.#loads || !this.process.alive()) return;
    this.#table = table;
    this.#serving = true;
    this.#knows = this.#missing === 0;
  }

  /** Lists what is missing, until one fails; then it waits as client-go does. */
  async #list(timeoutMs: number): Promise<void> {
    const load = this.#loads;
    if (this.#listingFor === load) return;
    this.#listingFor = load;
    while (this.#missing > 0) {
      const reply = await this.#client
        .ask({ path: '/api/v1/namespaces/default/endpoints', timeoutMs })
        .catch(() => undefined);
      if (load !== this.#loads) return;
      if (reply?.code !== 200) break;
      this.#missing--;
      this.#missingUnheld = Math.max(0, this.#missingUnheld - 1);
    }
    this.#listingFor = 0;
    const now = Date.now();
    this.#listAt = now + this.#relist.after(now);
  }
}
