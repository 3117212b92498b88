import type { Counts } from '../fanout/types.ts';
import type { Plan } from '../plan/types.ts';
import { RunMemory } from '../run/memory.ts';
import type { ClusterRecord, JournalRecord, RunVerdict } from '../run/types.ts';
import { type Lane, lanesOf } from './lanes.ts';
import { type Standing, standingOf, type Undone, undoneIn } from './left.ts';
import { outcomesOf, type StepOutcomes } from './outcomes.ts';
import { type Series, seriesOf } from './series.ts';
import { type TimelineEntry, timeline } from './timeline.ts';

/** All that a report shows of a run, or of a rollout with the runs of its clusters. */
export interface Incident extends Head {
  /** Of a rollout: every cluster of it, in launch order. */
  rollout?: Omit<ClusterRecord, 'kind'>[];
  /** One for a run; of a rollout those that are shown in detail. */
  parts: Part[];
  entries: (TimelineEntry & { cluster?: string })[];
}

export interface Head {
  runId: string;
  name: string;
  title: string;
  where: string;
  reason: string;
  operator: string;
  host: string;
  /** The Fireaxe that made the plan. */
  version: string;
  planHash: string;
  planCreatedAt: string;
  startedAt: string;
  endedAt?: string;
  state: RunVerdict['state'] | 'open';
  /** Over the targets of all steps; they add up to planned. */
  counts: Counts;
  planned: number;
  next?: string;
  /** What is wrong with its journal. */
  problem?: string;
  sealed: boolean;
}

/** What one run did on its cluster. */
export interface Part {
  runId: string;
  cluster: string;
  state: RunVerdict['state'] | 'open';
  /** The first and the last moment that its journal knows. */
  from: number;
  to: number;
  /** Nobody was at work, from one moment to another: until it was resumed or undone. */
  pauses: [from: number, to: number][];
  series: Series[];
  lanes: Lane[];
  steps: StepOutcomes[];
  standing: Standing[];
  undone: Undone[];
  problem?: string;
}

/** How a journal was found. */
export interface Found {
  runId: string;
  records: JournalRecord[];
  sealed: boolean;
  problem?: string;
}

/** The report of one run from its journal alone; undefined where that holds no plan. */
export function incidentOf(found: Found): Incident | undefined {
  const { runId, records, sealed, problem } = found;
  const first = records.find((record) => record.kind === 'plan');
  const part = partOf(found);
  if (!first || !part) return undefined;
  const { plan, operator, host } = first;
  const story = timeline(runId, records);
  return {
    runId,
    ...headOfPlan(plan),
    where: plan.cluster,
    operator,
    host,
    startedAt: first.at,
    ...(story.verdict && { endedAt: story.verdict.endedAt }),
    ...totalsOf(part.steps),
    state: story.state,
    ...(story.next !== undefined && { next: story.next }),
    ...(problem !== undefined && { problem }),
    sealed,
    parts: [part],
    entries: story.entries,
  };
}

function headOfPlan({ name, title, reason, version, hash, createdAt }: Plan) {
  return { name, title, reason, version, planHash: hash, planCreatedAt: createdAt };
}

function totalsOf(steps: StepOutcomes[]): Pick<Head, 'counts' | 'planned'> {
  const counts: Counts = { ok: 0, failed: 0, unreachable: 0, 'timed-out': 0, unknown: 0, 'not-attempted': 0 };
  for (const step of steps)
    for (const [state, n] of Object.entries(step.counts)) counts[state as keyof Counts] += n;
  return { counts, planned: steps.reduce((sum, { targets }) => sum + targets.length, 0) };
}

/** The part of one run; undefined where its journal holds no plan. */
export function partOf({ runId, records, problem }: Found): Part | undefined {
  // Damage may have taken what stood before the plan.
  const memory = RunMemory.of(records.slice(records.findIndex(({ kind }) => kind === 'plan')));
  if (!memory) return undefined;
  const times = records.map(({ at }) => Date.parse(at));
  return {
    runId,
    cluster: memory.plan.cluster,
    state: memory.verdict?.state ?? 'open',
    from: least(times),
    to: -least(times.map((at) => -at)),
    pauses: pausesIn(records),
    series: seriesOf(records, memory),
    lanes: lanesOf(records, memory.plan),
    steps: outcomesOf(memory),
    standing: standingOf(memory),
    undone: undoneIn(memory),
    ...(problem !== undefined && { problem }),
  };
}

function pausesIn(records: JournalRecord[]): Part['pauses'] {
  return records.flatMap((record, i): Part['pauses'] => {
    const again = record.kind === 'operator' && ['resume', 'undo'].includes(record.what);
    if (!again || i === 0) return [];
    const [from, to] = [Date.parse(records[i - 1]!.at), Date.parse(record.at)];
    return to - from > LEAST_PAUSE_MS ? [[from, to]] : [];
  });
}

const LEAST_PAUSE_MS = 60_000;

/** Not by spreading: a journal has more records than a call takes arguments. */
const least = (numbers: number[]) => numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
