import { asCredentialsError } from '../../aws/errors.ts';
import type { Target } from '../../kit/types.ts';
import type { ReasonCode } from '../codes/reasons.ts';
import type { NodeScript, Outcome, OutcomeState, TransportOptions } from '../types.ts';
import type { Account } from './account.ts';
import type { Clock } from './clock.ts';
import { textOf } from './faults.ts';
import { OpenTargets } from './open-targets.ts';
import { Outputs } from './outputs.ts';
import { isOver, type Watch } from './poller.ts';
import { readReport, refusesTag } from './read-report.ts';
import type { Report, SentCommand } from './types.ts';

/** Looks in a row that fail because of credentials before looking stops. */
const CREDENTIAL_LOOKS = 3;
/** Lists of a finished command may lag for this many looks before missing targets are given up. */
const MISSING_LOOKS = 3;
/** Between two looks where the first cannot tell who has begun; twice as long each time, up to the longest. */
const NEXT_LOOK_MS = 2_000;
const LONGEST_LOOK_MS = 15_000;
/** The last look at a deadline, and the cancelling after it, take no longer each. */
const LAST_LOOK_MS = 1_500;
/** Invocations of a page, instances of a cancelling, and the pages that a last look reads in its time. */
const PAGE = 50;
const PAGES_A_LOOK = 5;

type Times = Pick<TransportOptions, 'runMs' | 'wholeMs' | 'signal'> & { deliveryMs: number };

/**
 * Follows one command to its end: exactly one outcome a target, at the latest when its time is up.
 * Our own list of targets decides, because a successful command may hide targets that it never reached.
 */
export class Follow {
  readonly #open: OpenTargets;
  readonly #outputs: Outputs;
  readonly #watch: Watch;
  /** Targets that certainly did not get the command of a tag: they are sent to by their ids. */
  readonly #byIds: Promise<void>[] = [];
  #credentialTroubles = 0;
  #overLooks = 0;
  #lastTrouble: unknown;

  constructor(
    readonly command: SentCommand,
    targets: Target[],
    readonly script: NodeScript,
    readonly account: Account,
    readonly clock: Clock,
    readonly settle: (outcome: Outcome) => void,
    /** Given for a command that was sent to tags. */
    readonly byIds?: (targets: Target[]) => Promise<void>,
  ) {
    this.#open = new OpenTargets(targets, clock, settle);
    this.#outputs = new Outputs(command.id, script, account, clock);
    this.#watch = {
      command,
      pages: Math.ceil(targets.length / PAGE),
      onReports: (reports, over) => this.#onReports(reports, over),
      onTrouble: (error) => this.#onTrouble(error),
    };
  }

  /** Resolves when every target has its outcome. */
  async run(options: Times): Promise<void> {
    const stopWaiting = () => {
      this.#outputs.hurry();
      this.#giveUp(this.#open.ids(), 'unknown', 'let-go', 'stopped waiting before its end was known');
    };
    if (options.signal.aborted) stopWaiting();
    options.signal.addEventListener('abort', stopWaiting, { once: true });
    if (this.#open.size > 0) this.account.poller.add(this.#watch);
    try {
      const { deliveryMs, runMs, wholeMs = Number.POSITIVE_INFINITY } = options;
      const whole = Math.min(deliveryMs + runMs, wholeMs);
      let pauseMs = NEXT_LOOK_MS;
      for (let at = deliveryMs; at < whole; pauseMs = Math.min(LONGEST_LOOK_MS, pauseMs * 2)) {
        await this.#open.wait(at);
        if (this.#open.size === 0 || (await this.#onDeliveryDeadline())) break;
        at = this.#open.spent() + pauseMs;
      }
      await this.#open.wait(whole);
      if (this.#open.size > 0) await this.#onDeadline();
      await this.#outputs.finish(Math.max(0, whole - this.#open.spent()));
    } finally {
      options.signal.removeEventListener('abort', stopWaiting);
      this.account.poller.remove(this.#watch);
    }
    await Promise.all(this.#byIds);
  }

  #onReports(reports: Report[], over: SentCommand | undefined): boolean {
    this.#credentialTroubles = 0;
    this.#lastTrouble = undefined;
    this.#onEnds(reports);
    // The tag was on none of the others: the list has all that it was on.
    const listed = new Set(reports.map(({ instanceId }) => instanceId));
    if (over && over.total >= 0 && listed.size >= over.total)
      this.#goOnByIds(this.#open.ids().filter((id) => !listed.has(id)));
    if (over && ++this.#overLooks >= MISSING_LOOKS) {
      const message = 'SSM says that the command is over and does not list this node';
      this.#giveUp(this.#open.ids(), 'unknown', 'not-listed', message);
    }
    return this.#open.size === 0;
  }

  #onEnds(reports: Report[]): void {
    const refused: string[] = [];
    for (const report of reports.filter(isOver)) {
      if (this.byIds && refusesTag(report, this.script)) refused.push(report.instanceId);
      else this.#onEnd(report);
    }
    this.#goOnByIds(refused);
  }

  #goOnByIds(instanceIds: string[]): void {
    if (!this.byIds) return;
    const targets = instanceIds.flatMap((id) => this.#open.take(id) ?? []);
    if (targets.length > 0) this.#byIds.push(this.byIds(targets));
  }

  #onEnd(report: Report): void {
    const target = this.#open.take(report.instanceId);
    if (!target) return;
    const { startedAt } = this.#open;
    const ended = { target, script: this.script, startedAt, endedAt: new Date(this.clock.now()) };
    this.#outputs.read(report, (full) => this.settle(readReport(report, ended, full)));
  }

  #onTrouble(error: unknown): void {
    this.#lastTrouble = error;
    const credentials = asCredentialsError(error, this.account.profile);
    if (!credentials || ++this.#credentialTroubles < CREDENTIAL_LOOKS) return;
    const next = credentials.next ? { next: credentials.next } : {};
    this.#open.giveUp(this.#open.ids(), 'unknown', {
      code: 'credentials',
      message: `sent, but its end cannot be read: ${credentials.message}`,
      ...next,
    });
  }

  /**
   * Nodes that have not even begun by now are called off; the service's word that they never will is not proof. False
   * where it cannot be told who has begun.
   */
  async #onDeliveryDeadline(): Promise<boolean> {
    const reports = await this.#lastLook();
    if (!reports) return false;
    const begun = new Set(
      reports.filter((r) => !/^(|Pending|Delayed)$/.test(r.details)).map((r) => r.instanceId),
    );
    const waiting = this.#open.ids().filter((id) => !begun.has(id));
    if (waiting.length === 0) return true;
    await this.#cancel(waiting);
    this.#giveUp(waiting, 'unknown', 'not-delivered', 'no sign that the node took the command up');
    return true;
  }

  async #onDeadline(): Promise<void> {
    const reports = await this.#lastLook();
    const open = this.#open.ids();
    if (open.length === 0) return;
    const running = new Set(reports?.filter((r) => r.details === 'InProgress').map((r) => r.instanceId));
    const ran = open.filter((id) => running.has(id));
    const others = open.filter((id) => !running.has(id));
    // What runs is not cancelled: the script ends itself, with all that it started. A shell that the agent kills leaves
    // behind what ignores a TERM.
    if (others.length > 0) await this.#cancel(others);
    this.#giveUp(
      ran,
      'timed-out',
      'deadline',
      'still running when its time was up; it ends itself on the node',
    );
    const why = this.#lastTrouble
      ? `its end cannot be read: ${textOf(this.#lastTrouble)}`
      : 'no end is listed';
    this.#giveUp(this.#open.ids(), 'unknown', 'deadline', `its time was up and ${why}`);
  }

  /** What has ended settles; undefined when nothing can be read in time. */
  async #lastLook(): Promise<Report[] | undefined> {
    try {
      const ms = LAST_LOOK_MS * Math.ceil(this.#watch.pages / PAGES_A_LOOK);
      const reports = await this.account.api.invocations(this.command.id, AbortSignal.timeout(ms));
      this.#onEnds(reports);
      this.#lastTrouble = undefined;
      return reports;
    } catch (error) {
      this.#lastTrouble = error;
      return undefined;
    }
  }

  async #cancel(instanceIds: string[]): Promise<void> {
    const { api } = this.account;
    // Nothing depends on it: the script on the node ends by its own deadline.
    const time = AbortSignal.timeout(LAST_LOOK_MS);
    const calls = Array.from({ length: Math.ceil(instanceIds.length / PAGE) }, (_, n) =>
      api.cancel(this.command.id, instanceIds.slice(n * PAGE, (n + 1) * PAGE), time).catch(() => {}),
    );
    await Promise.all(calls);
  }

  #giveUp(instanceIds: string[], state: OutcomeState, code: ReasonCode, message: string): void {
    this.#open.giveUp(instanceIds, state, { code, message });
  }
}
