import { nodesText } from '../base/counts-line.ts';
import { foldLine } from '../base/fold-names.ts';
import type { JournalRecord } from '../run/types.ts';

interface Sum {
  at: string;
  step: string;
  what: string;
  targets: string[];
}

/** Counts records of single nodes, so that the timeline has one line for many nodes. */
export class Tally {
  #sums = new Map<string, Sum>();

  /** Takes in a record of one or some nodes; false for any other record. */
  add(record: JournalRecord): boolean {
    switch (record.kind) {
      case 'intent':
        this.#sum(record.at, record.step, verbOf(record.op), record.targets);
        return true;
      case 'outcome': {
        const { target, state, reason, result } = record.outcome;
        if (record.op !== 'apply' && record.op !== 'undo') return true;
        const said = state === 'ok' ? result?.state : (reason?.code ?? result?.code);
        this.#sum(record.at, record.step, `${state}${said && said !== state ? ` (${said})` : ''}`, [target]);
        return true;
      }
      case 'kept':
        this.#sum(record.at, record.step, record.ok ? 'kept' : `not kept${because(record.why)}`, [
          record.target,
        ]);
        return true;
      case 'undone':
        this.#sum(record.at, record.step, record.ok ? 'undone' : `not undone${because(record.why)}`, [
          record.target,
        ]);
        return true;
      case 'before':
        return true;
      default:
        return false;
    }
  }

  /** The lines so far; starts over. */
  take(): { at: string; step: string; text: string }[] {
    const sums = [...this.#sums.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.#sums = new Map();
    return sums.map(({ at, step, what, targets }) => {
      const count = new Set(targets).size;
      return {
        at,
        step,
        text: `${what}: ${nodesText(count)}, ${foldLine(targets, 100)}`,
      };
    });
  }

  #sum(at: string, step: string, what: string, targets: string[]): void {
    const key = `${step} ${what}`;
    const sum = this.#sums.get(key) ?? { at, step, what, targets: [] };
    // A sent line has the time of its first record, an ended line that of its last: lines stay in order.
    if (!what.startsWith('sent')) sum.at = at;
    // Not by spreading: a call takes fewer arguments than an intent may have targets.
    for (const target of targets) sum.targets.push(target);
    this.#sums.set(key, sum);
  }
}

function verbOf(op: string): string {
  return op === 'apply' ? 'sent' : `sent ${op}`;
}

const because = (why: string | undefined) => (why ? ` (${why})` : '');
