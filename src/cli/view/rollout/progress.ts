import { countsLine } from '../../../base/counts-line.ts';
import { oneLine } from '../../../base/sanitize.ts';
import type { RolloutPlan } from '../../../plan/rollout/types.ts';
import type { ClusterRecord, RunEvent } from '../../../run/types.ts';
import { Progress, rowText } from '../progress.ts';
import type { ClusterRow } from './rows.ts';

/** With more clusters than these the lines of their runs are left to the log. */
const MOST_TALKING = 12;

const STATE_OF_API = /^(\d+\/\d+) API servers ready/;

export interface RolloutViewing {
  /** All lines of each run, however many there are. */
  all?: true;
  /** Show the undo of the rollout, not what it did. */
  op?: 'undo' | undefined;
}

/** Turns the events of a rollout and of its runs into lines to print once, and rows that show its state. */
export class RolloutProgress {
  readonly rows = new Map<string, ClusterRow>();
  /** Some plan waits for its window: then clusters recover. */
  recovers = false;
  readonly #runs = new Map<string, Progress>();
  readonly #all: boolean;
  readonly #op: 'undo' | undefined;

  constructor({ clusters, leftOut }: RolloutPlan, how: RolloutViewing = {}) {
    this.#all = how.all === true || clusters.length <= MOST_TALKING;
    this.#op = how.op;
    for (const { name } of clusters) this.rows.set(name, { ...BLANK, cluster: name });
    for (const { cluster, why } of leftOut)
      this.rows.set(cluster, { ...BLANK, cluster, state: 'not-attempted', text: why });
  }

  /** An event of the rollout itself. */
  update(event: RunEvent): string[] {
    return this.#linesOf(event).map(oneLine);
  }

  /** An event of the run of one cluster. */
  updateRun(cluster: string, event: RunEvent): string[] {
    const row = this.rows.get(cluster);
    const run = this.#runs.get(cluster) ?? new Progress();
    this.#runs.set(cluster, run);
    if (event.kind === 'plan')
      this.recovers ||= event.plan.workstreams.some(({ steps }) => steps.some(({ kind }) => kind === 'gate'));
    const lines = run.update(event);
    if (!row) return [];
    if (event.kind === 'gate') this.#read(row, event);
    const rows = [...run.rows.values()];
    row.failures = rows.reduce((sum, { failures }) => sum + failures, 0);
    const busy = rows.find(({ state, failures }) => state === 'running' && failures > 0);
    const shown = busy ?? rows.find(({ state }) => state === 'running');
    if (shown && row.state === 'running') row.text = rowText(shown);
    return this.#all ? lines.map((line) => `${cluster}: ${line}`) : [];
  }

  /** What an earlier process of the rollout saw, without printing it. */
  recall(records: readonly RunEvent[]): void {
    for (const record of records) if (record.kind === 'cluster') this.#cluster(record);
  }

  #linesOf(event: RunEvent): string[] {
    switch (event.kind) {
      case 'cluster':
        return this.#cluster(event);
      case 'gate': {
        const row = this.rows.get(event.step);
        if (!row) return [];
        this.#read(row, event);
        row.text = `gate ${event.state}: ${event.reading}`;
        return event.state === 'waiting' ? [] : [`${event.step}: gate ${event.state}: ${event.reading}`];
      }
      case 'operator':
        return event.what === 'resume' || event.what === 'undo' ? [`${event.operator}: ${event.what}`] : [];
      case 'note':
        return [event.text];
      default:
        return [];
    }
  }

  #cluster({ cluster, state, op, why, counts, answered }: ClusterRecord): string[] {
    const row = this.rows.get(cluster);
    if (!row || op !== this.#op) return [];
    const before = row.state;
    const counted = counts ? countsLine(counts) : '';
    row.state = state;
    if (state !== 'running') row.text = [counted, why ?? ''].filter((part) => part !== '').join('; ');
    // Thousands of targets each: what is over is not kept.
    if (state !== 'running') this.#runs.delete(cluster);
    // A second record of a cluster that runs tells how many API servers answered before.
    if (before === state && answered !== undefined) return [];
    const text = [state, ...(counted ? [counted] : [])].join(': ');
    return [`${cluster}: ${text}${why === undefined ? '' : ` (${why})`}`];
  }

  #read(row: ClusterRow, { reading, state }: Extract<RunEvent, { kind: 'gate' }>): void {
    row.api = STATE_OF_API.exec(reading)?.[1] ?? row.api;
    row.window ||= state === 'open';
  }
}

const BLANK: Omit<ClusterRow, 'cluster'> = {
  state: 'waiting',
  api: '',
  text: '',
  failures: 0,
  window: false,
};
