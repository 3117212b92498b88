import { setMaxListeners } from 'node:events';
import { faultOf } from './faults.ts';
import type { Operation, Pace } from './pace.ts';
import type { Report, SentCommand, SsmApi } from './types.ts';

export interface Watch {
  command: SentCommand;
  /** Pages that its invocations fill. */
  pages: number;
  /** Called whenever the command's invocations were read, with the command once it is over; true ends the watch. */
  onReports(reports: Report[], over: SentCommand | undefined): boolean;
  /** A look failed; it will be tried again. */
  onTrouble(error: unknown): void;
}

export interface PollerDeps {
  api: SsmApi;
  pace: Pace;
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  random(): number;
  /** First look after sending, and the time between looks (ms). */
  firstMs: number;
  everyMs: number;
}

const SLOWEST_MS = 15_000;

interface Progress {
  /** Instances over when they were read last. */
  seen: number;
  /** Instances over at the last tick. */
  completed: number;
  unlisted: number;
  /** Ticks since it was read, and how often it was. */
  ticks: number;
  reads: number;
}

/**
 * One poller for all commands of an account. A tick is one list of commands with their counts;
 * invocations are read only of commands that got further since, so that calls hardly grow with the fleet.
 */
export class Poller {
  readonly #deps: PollerDeps;
  readonly #watches = new Map<Watch, Progress>();
  readonly #closing = new AbortController();
  #slower = 1;
  #running = false;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    // Every read that waits for its turn listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  add(watch: Watch): void {
    this.#watches.set(watch, { seen: 0, completed: 0, unlisted: 0, ticks: 0, reads: 0 });
    if (!this.#running) void this.#loop();
  }

  remove(watch: Watch): void {
    this.#watches.delete(watch);
  }

  close(): void {
    this.#watches.clear();
    this.#closing.abort();
  }

  async #loop(): Promise<void> {
    this.#running = true;
    const { sleep, random, firstMs, everyMs } = this.#deps;
    await sleep(firstMs, this.#closing.signal);
    while (this.#watches.size > 0) {
      await this.#tick();
      if (this.#watches.size === 0) break;
      // Jitter keeps two people who run this at once from polling in step.
      const wait = Math.min(SLOWEST_MS, everyMs * this.#slower) * (1 + random() / 2);
      await sleep(wait, this.#closing.signal);
    }
    this.#running = false;
  }

  async #tick(): Promise<void> {
    const watches = [...this.#watches.keys()];
    let listed: SentCommand[];
    try {
      listed = await this.#paced('list', () => this.#list(watches));
      this.#slower = 1;
    } catch (error) {
      this.#trouble(watches, error);
      return;
    }
    const byId = new Map(listed.map((command) => [command.id, command]));
    const reads: Promise<void>[] = [];
    for (const watch of watches) {
      const progress = this.#watches.get(watch);
      if (!progress) continue;
      const command = byId.get(watch.command.id);
      progress.unlisted = command ? 0 : progress.unlisted + 1;
      // Lists lag: a command that is not in them yet is asked for by its id after a while.
      const worthIt = command ? isWorthIt(command, watch, progress) : progress.unlisted >= 3;
      if (worthIt) reads.push(this.#read(watch, progress, command?.over ? command : undefined));
    }
    await Promise.all(reads);
  }

  /** A call in its turn; what becomes of it sets the pace. */
  async #paced<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    const { pace, now } = this.#deps;
    await pace.turn(operation, this.#closing.signal);
    const since = now();
    try {
      const answer = await call();
      pace.accepted(operation);
      return answer;
    } catch (error) {
      if (faultOf(error) === 'throttled') pace.throttled(operation, since);
      throw error;
    }
  }

  async #list(watches: Watch[]): Promise<SentCommand[]> {
    const first = Math.min(...watches.map((watch) => watch.command.requestedAt.getTime()));
    const wanted = new Set(watches.map((watch) => watch.command.id));
    return this.#deps.api.commands(
      new Date(first - 2000),
      (seen) => seen.filter((command) => wanted.has(command.id)).length === wanted.size,
      this.#closing.signal,
    );
  }

  async #read(watch: Watch, progress: Progress, over: SentCommand | undefined): Promise<void> {
    try {
      const { id } = watch.command;
      const reports = await this.#deps.api.invocations(id, this.#closing.signal, (call) =>
        this.#paced('read', call),
      );
      progress.ticks = 0;
      progress.reads++;
      progress.seen = reports.filter((report) => isOver(report)).length;
      if (watch.onReports(reports, over)) this.#watches.delete(watch);
    } catch (error) {
      this.#trouble([watch], error);
    }
  }

  #trouble(watches: Watch[], error: unknown): void {
    this.#slower = Math.min(8, this.#slower * 2);
    for (const watch of watches) watch.onTrouble(error);
  }
}

/**
 * Many pages are read when all of them are news: when the command is over, or has come to a halt, each time later than
 * the last. Otherwise a read waits as many ticks as it costs calls.
 */
function isWorthIt(command: SentCommand, { pages }: Watch, progress: Progress): boolean {
  const halted = command.completed === progress.completed;
  progress.completed = command.completed;
  progress.ticks++;
  if (command.over) return true;
  if (command.completed <= progress.seen) return false;
  return progress.ticks >= (halted ? Math.min(pages, 2 ** progress.reads) : pages);
}

export function isOver(report: Report): boolean {
  return !/^(|Pending|InProgress|Delayed|Cancelling)$/.test(report.details);
}
