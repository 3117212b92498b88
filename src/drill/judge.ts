import { type Health, Relief } from './relief.ts';
import { labMs } from './time-scale.ts';

/** What the lab itself sees in one moment. Nothing in it comes from the tool that is being practised. */
export interface Sample {
  /** Milliseconds since the lab began. */
  at: number;
  servers: { ready: number; of: number; machines: number; deaths: number; retyped: number };
  /** Answers to clients since the lab began: good ones, and 429 or 5xx. */
  answers: { good: number; bad: number };
  workers: number;
  /** Workers whose offender takes its turns, and whose offender is wanted but kept from them. */
  flooding: number;
  held: number;
  /** Workers that no API server lets in. */
  fenced: number;
  /** The DaemonSet is in the store, and workers whose kubelet still means to run its pod. */
  daemonSet: boolean;
  wanted: number;
  /** Workers with a fresh lease. */
  leases: number;
  /** Control-plane machines whose kube-controller-manager is paused. */
  paused: number;
  /** Workers whose pods are endpoints of the users' services, and user requests lost so far because too few were. */
  endpoints: number;
  lostWithoutEndpoint: number;
  /** Share of the users' names that do not resolve, and user requests lost so far. */
  namesFailing: number;
  requestsLost: number;
}

export interface Judgement {
  /** Milliseconds since the lab began; absent until seen. */
  downAt?: number;
  windowAt?: number;
  recoveredAt?: number;
  /** Well, and for long enough. */
  recovered: boolean;
  /** When the DaemonSet was gone from the store. */
  removedAt?: number;
  mostHeld: number;
  mostFenced: number;
  mostRetyped: number;
  /** Fewest endpoints of the users' services since the control plane went down. */
  fewestEndpoints?: number;
  lostWithoutEndpoint: number;
  /** Best of the control plane since it went down, in three figures. */
  bestReady: number;
  deaths: number;
  requestsLost: number;
  /** The control plane while it was down and untouched, and in the last seconds. */
  relief: { before: Health | null; after: Health | null };
  last?: Sample;
}

/** Down for so long counts as down; an opening must last so long to be a window; and wellness so long to be a recovery. */
const DOWN_MS = labMs(10);
const WINDOW_MS = labMs(40);
const STABLE_MS = labMs(60);
/** More bad answers than this are no window. */
const WINDOW_BAD = 0.3;
const BAD_OVER_MS = labMs(30);

/** Looks at sample after sample and remembers when what began. */
export class Judge {
  #down = new Since();
  #open = new Since();
  #well = new Since();
  #recent: Sample[] = [];
  #wasUp = false;
  /** A server has been lost to the flood. */
  #ailing = false;
  #state: Judgement = {
    recovered: false,
    mostHeld: 0,
    mostFenced: 0,
    mostRetyped: 0,
    bestReady: 0,
    deaths: 0,
    requestsLost: 0,
    lostWithoutEndpoint: 0,
    relief: { before: null, after: null },
  };
  #relief = new Relief();

  push(sample: Sample): void {
    const s = this.#state;
    this.#recent = [...this.#recent.filter((r) => sample.at - r.at <= BAD_OVER_MS), sample];
    this.#wasUp ||= sample.servers.ready > 0;
    const down = this.#down.lasts(this.#wasUp && sample.servers.ready === 0, sample.at, DOWN_MS);
    if (down !== undefined) s.downAt ??= down;
    s.last = sample;
    s.deaths = sample.servers.deaths;
    s.requestsLost = sample.requestsLost;
    s.lostWithoutEndpoint = sample.lostWithoutEndpoint;
    this.#ailing ||= this.#wasUp && sample.servers.ready < sample.servers.of;
    if (this.#ailing) this.#relief.push(sample);
    if (s.downAt === undefined) return;
    s.mostHeld = Math.max(s.mostHeld, sample.held);
    s.mostFenced = Math.max(s.mostFenced, sample.fenced);
    s.mostRetyped = Math.max(s.mostRetyped, sample.servers.retyped);
    s.fewestEndpoints = Math.min(s.fewestEndpoints ?? sample.endpoints, sample.endpoints);
    s.bestReady = Math.max(s.bestReady, sample.servers.ready);
    const open = this.#open.lasts(this.#isOpen(sample), sample.at, WINDOW_MS);
    if (open !== undefined) s.windowAt ??= open;
    if (!sample.daemonSet) s.removedAt ??= sample.at;
    else delete s.removedAt;
    const well = this.#well.lasts(isWell(sample), sample.at, STABLE_MS);
    s.recovered = well !== undefined;
    if (well === undefined) delete s.recoveredAt;
    else s.recoveredAt = well;
  }

  judgement(): Judgement {
    return { ...this.#state, relief: this.#relief.read() };
  }

  /** A majority answers, and most of what is asked is answered well. */
  #isOpen(sample: Sample): boolean {
    const first = this.#recent[0]!;
    const good = sample.answers.good - first.answers.good;
    const bad = sample.answers.bad - first.answers.bad;
    const share = good + bad === 0 ? 0 : bad / (good + bad);
    return sample.servers.ready * 2 > sample.servers.of && share <= WINDOW_BAD;
  }
}

/** Nothing left of the cause, nothing left of the cure, and everybody served. */
function isWell(s: Sample): boolean {
  return (
    !s.daemonSet &&
    s.wanted === 0 &&
    s.flooding === 0 &&
    s.held === 0 &&
    s.fenced === 0 &&
    s.paused === 0 &&
    s.endpoints === s.workers &&
    s.servers.ready === s.servers.of &&
    s.leases === s.workers &&
    s.namesFailing === 0
  );
}

/** Since when something holds without a break. */
class Since {
  #since: number | undefined;

  /** The beginning, once it has lasted `ms`. */
  lasts(holds: boolean, at: number, ms: number): number | undefined {
    if (!holds) this.#since = undefined;
    else this.#since ??= at;
    return this.#since !== undefined && at - this.#since >= ms ? this.#since : undefined;
  }
}
