import { countsLine, failuresText, nodesText } from '../../base/counts-line.ts';
import { formatDuration } from '../../base/duration.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { Counts } from '../../fanout/types.ts';
import type { Plan } from '../../plan/types.ts';
import type { JournaledOutcome, OutcomeState, RunEvent } from '../../run/types.ts';

/** The state of a workstream in one row. */
export interface Row {
  workstream: string;
  state: string;
  step: string;
  /** Targets of the step that have an outcome. */
  done: number;
  total: number;
  failures: number;
  /** The reading of a gate, or why it waits. */
  detail: string;
}

/** Failures of a step that get a line each. */
const MAX_FAILURE_LINES = 8;

const OPERATOR: Record<string, string> = {
  interrupt:
    'interrupted: launching nothing more, waiting for what is in flight (press Ctrl-C again to stop waiting)',
  'let-go': 'stopped waiting for what is in flight',
  resume: 'resuming the run where it stopped',
  undo: 'undoing what the run changed',
};

interface StepProgress {
  title: string;
  workstream: string;
  total: number;
  /** The last state of each target: a receipt may correct it. */
  states: Map<string, OutcomeState>;
  failureLines: number;
}

/** Turns the events of a run into lines to print once, and rows that show its state. */
export class Progress {
  readonly rows = new Map<string, Row>();
  readonly #steps = new Map<string, StepProgress>();
  readonly #gates = new Map<string, string>();
  readonly #titled: boolean;

  /** `titled`: lines name steps by their titles instead of their ids. */
  constructor(plan?: Plan, titled = false) {
    this.#titled = titled;
    if (plan) this.#learn(plan);
  }

  /** Counts what an earlier process of the run saw, without printing it. A target that is retried is not counted yet. */
  recall(records: readonly RunEvent[]): void {
    for (const record of records) {
      if (record.kind !== 'outcome' || record.op !== 'apply') continue;
      const { target, state } = record.outcome;
      if (state === 'ok' || state === 'failed') this.#steps.get(record.step)?.states.set(target, state);
    }
  }

  /** Takes an event; returns its lines, each without line breaks whatever a node wrote. */
  update(event: RunEvent): string[] {
    return this.#linesOf(event).map(oneLine);
  }

  #linesOf(event: RunEvent): string[] {
    switch (event.kind) {
      case 'plan':
        if (this.rows.size === 0) this.#learn(event.plan);
        return [];
      case 'workstream':
        return this.#workstream(event);
      case 'step':
        return this.#step(event);
      case 'wave':
        return event.of > 1
          ? [`${this.#name(event.step)}: wave ${event.wave} of ${event.of} (${nodesText(event.size)})`]
          : [];
      case 'outcome':
        return this.#outcome(event.step, event.op, event.outcome);
      case 'again':
        return this.#again(event);
      case 'breach':
        return [
          `${this.#name(event.step)}: ${failuresText(event.bad)}, ${event.budget} allowed: launching nothing more`,
        ];
      case 'gate':
        return this.#gate(event);
      case 'ask':
        return this.#ask(event);
      case 'kept':
        if (!event.ok) this.#settle(event.step, event.target, 'failed');
        return event.ok ? [] : [`${event.target}: not kept; the node will revert it${because(event.why)}`];
      case 'undone':
        return event.ok ? [] : [`${event.target}: not undone${because(event.why)}`];
      case 'operator':
        return [OPERATOR[event.what] ?? event.what];
      case 'note':
        return [event.text];
      default:
        return [];
    }
  }

  #name(id: string): string {
    const title = this.#titled ? this.#steps.get(id)?.title : undefined;
    return title === undefined ? id : firstClause(title);
  }

  #learn(plan: Plan): void {
    for (const stream of plan.workstreams) {
      this.rows.set(stream.name, blankRow(stream.name));
      for (const step of stream.steps) {
        const total = step.kind === 'action' ? step.targets.length : 0;
        this.#steps.set(step.id, {
          title: step.title,
          workstream: stream.name,
          total,
          states: new Map(),
          failureLines: 0,
        });
      }
    }
  }

  #workstream(event: RunEvent & { kind: 'workstream' }): string[] {
    const row = this.#row(event.workstream);
    row.state = event.state;
    row.detail = event.why ?? '';
    // With one workstream its steps say it all.
    if (this.rows.size < 2) return [];
    return [`${event.workstream}: ${event.state}${because(event.why)}`];
  }

  #step(event: RunEvent & { kind: 'step' }): string[] {
    const row = this.#row(event.workstream);
    const step = this.#steps.get(event.step);
    row.step = step?.title ?? event.step;
    row.detail = event.why ?? '';
    row.total = step?.total ?? 0;
    row.done = 0;
    row.failures = 0;
    if (step) this.#count(row, step);
    // The counts of the journal are the final ones.
    if (event.counts && event.state !== 'running') countInto(row, event.counts);
    const counts = event.counts && event.state !== 'running' ? `: ${countsLine(event.counts)}` : '';
    const size = event.state === 'running' && step && step.total > 0 ? ` on ${nodesText(step.total)}` : '';
    return [`${this.#name(event.step)}: ${event.state}${size}${counts}${because(event.why)}`];
  }

  #outcome(stepId: string, op: string, outcome: JournaledOutcome): string[] {
    const step = this.#steps.get(stepId);
    if (!step || op !== 'apply') return [];
    this.#settle(stepId, outcome.target, outcome.state);
    const failed = outcome.state !== 'ok' && outcome.state !== 'not-attempted';
    if (!failed || step.failureLines > MAX_FAILURE_LINES) return [];
    if (step.failureLines++ === MAX_FAILURE_LINES)
      return [`${this.#name(stepId)}: further failures are in the summary`];
    return [`${this.#name(stepId)}: ${outcome.target} ${outcome.state}${because(whyOf(outcome))}`];
  }

  /** A node that could not be reached and is retried: no outcome yet. */
  #again({ step: id, outcome, pauseMs }: RunEvent & { kind: 'again' }): string[] {
    const step = this.#steps.get(id);
    if (!step || step.failureLines >= MAX_FAILURE_LINES) return [];
    step.failureLines++;
    return [
      `${this.#name(id)}: ${outcome.target} not reached${because(whyOf(outcome))}, next try in ${formatDuration(pauseMs)}`,
    ];
  }

  #settle(stepId: string, target: string, state: OutcomeState): void {
    const step = this.#steps.get(stepId);
    if (!step) return;
    step.states.set(target, state);
    const row = this.#row(step.workstream);
    // The step may run in the background while the workstream is at another one.
    if (row.step === step.title) this.#count(row, step);
  }

  #count(row: Row, step: StepProgress): void {
    const states = [...step.states.values()];
    row.done = states.filter((state) => state !== 'not-attempted').length;
    row.failures = row.done - states.filter((state) => state === 'ok').length;
  }

  #gate(event: RunEvent & { kind: 'gate' }): string[] {
    const step = this.#steps.get(event.step);
    if (step) this.#row(step.workstream).detail = event.reading;
    // The time held and the exact error rate change with each reading and do not merit a line.
    const answer = event.reading.replace(/,.*$/, '');
    const said = `${event.state} ${answer} ${/, held /.test(event.reading)}`;
    if (this.#gates.get(event.step) === said) return [];
    this.#gates.set(event.step, said);
    const state = `gate ${event.state}`;
    return [`${this.#name(event.step)}: ${state}: ${event.reading}${because(event.why)}`];
  }

  #ask({ step: id, state, text, answer, by }: RunEvent & { kind: 'ask' }): string[] {
    const step = this.#steps.get(id);
    const waiting = state === 'waiting';
    if (step) this.#row(step.workstream).detail = waiting ? `waits for an answer: ${text}` : '';
    if (waiting) return [`${this.#name(id)}: waits for an answer: ${text}`];
    return state === 'answered' ? [`${this.#name(id)}: ${by} answered ${answer}`] : [];
  }

  #row(workstream: string): Row {
    let row = this.rows.get(workstream);
    if (!row) {
      row = blankRow(workstream);
      this.rows.set(workstream, row);
    }
    return row;
  }
}

/** A title without what it explains after a semicolon. */
const firstClause = (title: string) => title.replace(/; .*$/, '');

function countInto(row: Row, counts: Counts): void {
  row.failures = counts.failed + counts.unreachable + counts['timed-out'] + counts.unknown;
  row.done = counts.ok + row.failures;
}

function blankRow(workstream: string): Row {
  return { workstream, state: 'waiting', step: '', done: 0, total: 0, failures: 0, detail: '' };
}

const because = (why: string | undefined) => (why ? ` (${why})` : '');

function whyOf(outcome: JournaledOutcome): string | undefined {
  const why = outcome.result?.note ?? outcome.reason?.message ?? outcome.reason?.code;
  return why && oneLine(why);
}

/** A row as text: name, state, step, a count, a detail. */
export function rowText(row: Row): string {
  const share = row.total > 0 ? ` ${row.done}/${row.total}` : '';
  const failures = row.failures > 0 ? `, ${failuresText(row.failures)}` : '';
  const detail = row.detail ? ` — ${row.detail}` : '';
  return `${row.step}${share}${failures}${detail}`;
}
