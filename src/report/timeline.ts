import { countsLine } from '../base/counts-line.ts';
import { formatDuration } from '../base/duration.ts';
import { oneLine } from '../base/sanitize.ts';
import { formatClock, formatTime } from '../base/time.ts';
import { RunMemory } from '../run/memory.ts';
import type { AskRecord, JournalRecord, RunVerdict } from '../run/types.ts';
import { Tally } from './tally.ts';

export interface TimelineEntry {
  at: string;
  /** Since the run's start. */
  afterMs: number;
  workstream?: string;
  step?: string;
  text: string;
}

export interface Timeline {
  name: string;
  title: string;
  cluster: string;
  reason: string;
  operator: string;
  planHash: string;
  planCreatedAt: string;
  startedAt: string;
  /** `open` while it runs, or where it was cut off. */
  state: RunVerdict['state'] | 'open';
  verdict?: RunVerdict;
  /** The next command, where there is one. */
  next?: string;
  entries: TimelineEntry[];
}

/** The story of a run from its journal alone. */
export function timeline(runId: string, records: JournalRecord[]): Timeline {
  const first = records.find((r) => r.kind === 'plan');
  const startedAt = first?.at ?? records[0]?.at ?? '';
  const plan = first?.plan;
  const end = records.findLast((r) => r.kind === 'end');
  const next = nextOf(runId, records);
  return {
    name: plan?.name ?? '',
    title: plan?.title ?? 'run without a plan',
    cluster: plan?.cluster ?? '',
    reason: plan?.reason ?? '',
    operator: first?.operator ?? '',
    planHash: plan?.hash ?? '',
    planCreatedAt: plan?.createdAt ?? '',
    startedAt,
    state: end?.verdict.state ?? 'open',
    ...(end ? { verdict: end.verdict } : {}),
    ...(next === undefined ? {} : { next }),
    entries: entriesOf(records, Date.parse(startedAt)),
  };
}

/** A run whose undo was begun is not resumed. */
function nextOf(runId: string, records: JournalRecord[]): string | undefined {
  const memory = RunMemory.of(records);
  const verdict = memory?.verdict;
  if (memory?.undoBegun) {
    const ended = verdict !== undefined || memory.plan.receiptsOf !== undefined;
    return ended && !memory.undoPending ? undefined : `fireaxe undo ${runId}`;
  }
  // The reader of the timeline does not need it as the next command.
  return verdict
    ? without(verdict.next, 'fireaxe timeline ')
    : `fireaxe ${memory?.watchedBy ? 'undo' : 'resume'} ${runId}`;
}

const without = (next: string | undefined, start: string) => (next?.startsWith(start) ? undefined : next);

function entriesOf(records: JournalRecord[], start: number): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  const tally = new Tally();
  const plan = records.find((r) => r.kind === 'plan')?.plan;
  // The steps of a single workstream need no name before them.
  const several = (plan?.workstreams.length ?? 0) > 1;
  const say = (at: string, text: string, more: Pick<TimelineEntry, 'workstream' | 'step'> = {}) =>
    entries.push({ at, afterMs: Date.parse(at) - start, text, ...more });
  const flush = () => {
    for (const { at, step, text } of tally.take()) say(at, text, { step });
  };
  for (const record of records) {
    // Records of single nodes become one line, once something else follows. Readings are for the plots of the report.
    if (record.kind === 'reading' || tally.add(record)) continue;
    flush();
    switch (record.kind) {
      case 'plan':
        say(record.at, `started by ${record.operator} on ${record.host}`);
        break;
      case 'workstream':
        if (several) {
          say(record.at, `${record.state}${because(record.why)}`, { workstream: record.workstream });
        }
        break;
      case 'step': {
        const counts = record.counts && record.state !== 'running' ? `: ${countsLine(record.counts)}` : '';
        say(record.at, `${record.state}${counts}${because(record.why)}`, {
          ...(several ? { workstream: record.workstream } : {}),
          step: record.step,
        });
        break;
      }
      case 'gate':
        say(
          record.at,
          `gate ${record.state === 'waiting' ? 'waits for' : `${record.state}:`} ${record.reading}${because(record.why)}`,
          {
            step: record.step,
          },
        );
        break;
      case 'ask':
        say(record.at, askText(record), { step: record.step });
        break;
      case 'operator':
        say(record.at, `${record.operator}: ${record.what}${record.text ? ` (${record.text})` : ''}`);
        break;
      case 'note':
        say(record.at, record.text);
        break;
      case 'end':
        say(record.at, `ended ${record.verdict.state}: ${countsLine(record.verdict.counts)}`);
        break;
    }
  }
  flush();
  return entries;
}

function askText({ state, text, answer, by, how }: AskRecord): string {
  if (state === 'waiting') return `asks: ${text}`;
  if (state !== 'answered') return state === 'expired' ? 'nobody answered in time' : 'not answered';
  return `${by} answered ${answer}${how === 'terminal' ? '' : ` (${how})`}`;
}

export function timelineLines(story: Timeline): string[] {
  return timelineRows(story, story.cluster);
}

/** What the story of a run and of a rollout have in common. */
interface Story extends Omit<Timeline, 'cluster' | 'verdict'> {
  verdict?: { endedAt: string };
}

export function timelineRows(story: Story, where: string): string[] {
  const lines = [
    `${story.title} (${story.name}) on ${where}`,
    `reason: ${story.reason}`,
    `operator: ${story.operator}`,
    `plan: ${story.planHash.slice(0, 12)}, made ${formatTime(story.planCreatedAt)}`,
    '',
  ];
  for (const e of story.entries) {
    const part = [e.workstream, e.step].filter((name) => name !== undefined).join(' / ');
    const after = `+${formatDuration(Math.max(0, e.afterMs))}`.padEnd(8);
    lines.push(`${formatClock(e.at)} ${after} ${part ? `${part}: ` : ''}${oneLine(e.text)}`);
  }
  lines.push('');
  if (story.state === 'open') lines.push('no end: the run is in progress or was cut off');
  else {
    const ms = story.verdict ? Date.parse(story.verdict.endedAt) - Date.parse(story.startedAt) : 0;
    lines.push(`${story.state} after ${formatDuration(ms)}`);
  }
  if (story.next) lines.push(`next: ${story.next}`);
  return lines;
}

const because = (why: string | undefined) => (why ? ` (${why})` : '');
