import { countsLine } from '../base/counts-line.ts';
import { RolloutMemory } from '../run/rollout-memory.ts';
import type { ClusterRecord, JournalRecord, RolloutVerdict } from '../run/types.ts';
import { type TimelineEntry, timelineRows } from './timeline.ts';

export interface RolloutTimeline {
  name: string;
  title: string;
  clusters: Omit<ClusterRecord, 'kind'>[];
  reason: string;
  operator: string;
  planHash: string;
  planCreatedAt: string;
  startedAt: string;
  /** `open` while it goes on, or where it was cut off. */
  state: RolloutVerdict['state'] | 'open';
  verdict?: RolloutVerdict;
  next?: string;
  entries: (TimelineEntry & { cluster?: string })[];
}

/** The story of a rollout from its journal alone; what happened on a cluster is the story of that run. */
export function rolloutTimeline(rolloutId: string, records: JournalRecord[]): RolloutTimeline | undefined {
  const memory = RolloutMemory.of(records);
  const first = records[0];
  if (!memory || first?.kind !== 'rollout') return undefined;
  const { name, title, reason, hash, createdAt } = memory.plan;
  const next = nextOf(rolloutId, memory);
  return {
    name,
    title,
    clusters: memory.clusters,
    reason,
    operator: first.operator,
    planHash: hash,
    planCreatedAt: createdAt,
    startedAt: first.at,
    state: memory.verdict?.state ?? 'open',
    ...(memory.verdict && { verdict: memory.verdict }),
    ...(next === undefined ? {} : { next }),
    entries: records.flatMap((record) => entryOf(record, Date.parse(first.at))),
  };
}

function nextOf(rolloutId: string, { verdict }: RolloutMemory): string | undefined {
  if (!verdict) return `fireaxe resume ${rolloutId}`;
  return verdict.next?.startsWith('fireaxe timeline ') ? undefined : verdict.next;
}

function entryOf(record: JournalRecord, start: number): RolloutTimeline['entries'] {
  const { at } = record;
  const said = textOf(record);
  return said === undefined ? [] : [{ at, afterMs: Date.parse(at) - start, ...said }];
}

function textOf(record: JournalRecord): { text: string; cluster?: string } | undefined {
  switch (record.kind) {
    case 'rollout':
      return { text: `started by ${record.operator} on ${record.host}` };
    case 'cluster': {
      const { cluster, op, state, counts, why, answered } = record;
      // It runs already: this is what was read before its run.
      if (state === 'running' && answered !== undefined) return undefined;
      const counted = counts ? `: ${countsLine(counts)}` : '';
      return { cluster, text: `${op ? `${op} ` : ''}${state}${counted}${because(why)}` };
    }
    case 'gate':
      return record.state === 'waiting'
        ? undefined
        : { cluster: record.step, text: `gate ${record.state}: ${record.reading}${because(record.why)}` };
    case 'operator':
      return { text: `${record.operator}: ${record.what}${because(record.text)}` };
    case 'note':
      return { text: record.text };
    case 'rollout-end': {
      const { verdict } = record;
      return { text: `ended ${verdict.state}: ${countsLine(verdict.counts)}${because(verdict.why)}` };
    }
    default:
      return undefined;
  }
}

export function rolloutTimelineLines(story: RolloutTimeline): string[] {
  const entries = story.entries.map(({ cluster, ...entry }) => ({
    ...entry,
    ...(cluster && { step: cluster }),
  }));
  return timelineRows({ ...story, entries }, `${story.clusters.length} clusters`);
}

const because = (why: string | undefined) => (why ? ` (${why})` : '');
