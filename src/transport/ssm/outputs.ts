import type { NodeScript } from '../types.ts';
import type { Account } from './account.ts';
import type { Clock } from './clock.ts';
import { fullOutput } from './full-output.ts';
import { needsFullOutput } from './read-report.ts';
import type { Report } from './types.ts';

/** Nodes of an order whose whole output is read, and so many where it failed. */
const MOST_OUTPUTS = 100;
const MOST_FAILURES = 500;

/** Reads whole outputs where the list of invocations cut them and they matter. */
export class Outputs {
  readonly #reading: Promise<void>[] = [];
  /** Outputs that are still read when time is up are taken as the list showed them. */
  readonly #hurry = new AbortController();

  constructor(
    readonly commandId: string,
    readonly script: NodeScript,
    readonly account: Account,
    readonly clock: Clock,
  ) {}

  /** Calls back with the whole output of a node, or at once without one. */
  read(report: Report, then: (full?: Awaited<ReturnType<typeof fullOutput>>) => void): void {
    if (!this.#wants(report)) {
      then();
      return;
    }
    const of = { commandId: this.commandId, instanceId: report.instanceId };
    this.#reading.push(fullOutput(this.account, this.clock, of, this.#hurry.signal).then(then));
  }

  hurry(): void {
    this.#hurry.abort();
  }

  /** Resolves when all are read, this many milliseconds from now at the latest. */
  async finish(ms: number): Promise<void> {
    const read = Promise.all(this.#reading);
    const inTime = new AbortController();
    await Promise.race([read, this.clock.sleep(ms, inTime.signal)]);
    inTime.abort();
    this.hurry();
    await read;
  }

  /** What the state depends on is always read; more output of many nodes would be a call for each of them. */
  #wants(report: Report): boolean {
    const need = needsFullOutput(report, this.script);
    if (need !== 'more') return need === 'must';
    const { fullOutputs } = this.account;
    const read = fullOutputs.get(this.script) ?? 0;
    if (read >= (report.code === 0 ? MOST_OUTPUTS : MOST_FAILURES)) return false;
    fullOutputs.set(this.script, read + 1);
    return true;
  }
}
