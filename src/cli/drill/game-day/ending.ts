import { countsLine, nodesText } from '../../../base/counts-line.ts';
import { undoRun } from '../../../run/undo/undo.ts';
import type { CliContext } from '../../context.ts';
import { told } from './shown.ts';
import { type FloodTally, sumOf, tallyOf } from './tally.ts';

/** Ends the flood once, at the first request, and knows what its nodes told. */
export class Ending {
  readonly #context: CliContext;
  #run: string | undefined;
  #ending: Promise<void> | undefined;
  tally: FloodTally = sumOf([]);

  /** The context must not be one that Ctrl-C stops. */
  constructor(context: CliContext) {
    this.#context = context;
  }

  /** From here on there is something to end: the plan is in the journal, and no node was asked yet. */
  opened(runId: string): void {
    this.#run = runId;
  }

  now(why: string): Promise<void> {
    this.#ending ??= this.#end(why);
    return this.#ending;
  }

  async #end(why: string): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { sink } = this.#context;
    sink.note(`ending the flood: ${why}`);
    const tallies: FloodTally[] = [];
    // Without a view of its own: that of the playbook may be on the screen.
    const verdict = await told(
      this.#context,
      (env) => undoRun(run, env),
      (event) => tallies.push(...tallyOf(event)),
    );
    this.tally = sumOf(tallies);
    sink.note(`flood ended: ${nodesText(verdict.planned)}: ${countsLine(verdict.counts)}`);
  }
}
