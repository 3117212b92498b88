import { ApiClient, type OpenWatch } from '../../cluster/api-client.ts';
import type { ApiDoor } from '../../cluster/door.ts';
import { CLOCKS } from '../../time-scale.ts';
import type { LabNetwork, LabNode, LabProcess } from '../../types.ts';
import type { Load } from './load.ts';
import { Turns } from './turns.ts';

/** What an expensive agent does: reads all pods of the cluster, again and again. */
const LIST = '/api/v1/pods?limit=0';
const WATCH = '/api/v1/pods?watch=true';

/** One life of the offender on one node: a real process, and the real requests that each of its turns makes. */
export class Offender {
  readonly process: LabProcess;
  readonly #load: Load;
  readonly #first: boolean;
  readonly #client: ApiClient;
  readonly #turns: Turns;
  readonly #timer: NodeJS.Timeout;
  readonly #watches = new Set<OpenWatch>();
  #opening = 0;
  #outstanding = 0;
  #notBefore = 0;
  #turning = false;
  readonly #startedAt = Date.now();
  #turnedAt: number | undefined;

  constructor(options: {
    node: LabNode;
    network: LabNetwork;
    doors: readonly ApiDoor[];
    first: number;
    load: Load;
    comm: string;
    args: string[];
    cgroup: string;
    /** In [0, 1): so that not all nodes ask in the same moment. */
    phase: number;
    /** How often its container was started before. */
    restart: number;
  }) {
    const { node, load, comm, args, cgroup } = options;
    this.#load = load;
    this.#first = options.restart === 0;
    this.process = node.spawn({ comm, args, cgroup });
    this.#client = new ApiClient({ ...options, pid: this.process.pid });
    const every = 1000 / load.turnsPerSecond;
    this.#turns = new Turns(every, Date.now() + options.phase * every);
    this.#timer = setInterval(() => void this.#turn().catch(() => undefined), Math.min(every, 50));
    this.process.onExit(() => this.#end());
  }

  /** Whether it took one of its last turns: it is alive, and it asks the API servers. */
  turns(): boolean {
    return this.#turnedAt !== undefined && Date.now() - this.#turnedAt <= this.patienceMs();
  }

  /** Rolled out, and its first turn has not come yet. */
  fresh(): boolean {
    return this.#first && this.#turnedAt === undefined;
  }

  /** What a liveness probe finds; a process that has not had time to answer yet counts as alive. */
  live(): boolean {
    return Date.now() - (this.#turnedAt ?? this.#startedAt + this.patienceMs()) <= this.patienceMs();
  }

  /** How long a liveness probe waits; an agent of a big lab takes its turns too rarely for the usual time. */
  patienceMs(): number {
    return CLOCKS.probeFailures * Math.max(CLOCKS.probePeriod, 1000 / this.#load.turnsPerSecond);
  }

  watches(): number {
    return this.#watches.size;
  }

  async #turn(): Promise<void> {
    if (this.#turning) return;
    const due = this.#turns.due(Date.now());
    if (due === 0) return;
    this.#turning = true;
    const answered = await this.process.turn();
    this.#turning = false;
    if (!answered || !this.process.alive()) return;
    this.#turnedAt = Date.now();
    if (this.#turnedAt < this.#notBefore) return;
    const requests = Math.min(due * this.#load.requestsPerTurn, this.#load.outstanding - this.#outstanding);
    for (let i = 0; i < requests; i++) this.#list();
    if (this.#watches.size + this.#opening < this.#load.watches) this.#watch();
  }

  #list(): void {
    this.#outstanding++;
    this.#client
      .ask({ path: LIST })
      .then((reply) => {
        // As client-go does: it waits as long as it is told, and comes back.
        if (reply.retryAfterMs) this.#notBefore = Date.now() + CLOCKS.synRetry;
      })
      .catch(() => undefined)
      .finally(() => {
        this.#outstanding--;
      });
  }

  #watch(): void {
    this.#opening++;
    let watch: OpenWatch | undefined;
    let over = false;
    const ended = () => {
      over = true;
      if (watch) this.#watches.delete(watch);
    };
    this.#client
      .watch(WATCH, () => undefined, ended)
      .then((open) => {
        watch = open;
        if (!over) this.#watches.add(open);
      })
      .catch(() => undefined)
      .finally(() => {
        this.#opening--;
      });
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const watch of [...this.#watches]) watch.close();
    this.#client.close();
  }
}
