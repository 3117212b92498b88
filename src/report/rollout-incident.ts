import { RolloutMemory } from '../run/rollout-memory.ts';
import { type Found, type Incident, type Part, partOf } from './incident.ts';
import { rolloutTimeline } from './rollout-timeline.ts';
import { seriesOf } from './series.ts';

/** So many clusters of a rollout are shown in detail, those that did not succeed first. */
export const MOST_PARTS = 40;

/**
 * The report of a rollout. `read` finds the journal of a cluster's run, one after the other: nothing of it is kept but what
 * the report shows.
 */
export async function rolloutIncident(
  { runId, records, sealed, problem }: Found,
  read: (run: string) => Promise<Found | undefined>,
): Promise<Incident | undefined> {
  const memory = RolloutMemory.of(records);
  const story = rolloutTimeline(runId, records);
  const first = records[0];
  if (!memory || !story || first?.kind !== 'rollout') return undefined;
  const { name, title, reason, version, hash, createdAt } = memory.plan;
  const { counts, planned } = memory.totals();
  return {
    runId,
    name,
    title,
    where: `${memory.clusters.length} clusters`,
    reason,
    operator: first.operator,
    host: first.host,
    version,
    planHash: hash,
    planCreatedAt: createdAt,
    startedAt: first.at,
    ...(memory.verdict && { endedAt: memory.verdict.endedAt }),
    counts,
    planned,
    state: story.state,
    ...(story.next !== undefined && { next: story.next }),
    ...(problem !== undefined && { problem }),
    sealed,
    rollout: memory.clusters,
    parts: await partsOf(memory, records, read),
    entries: story.entries,
  };
}

async function partsOf(
  memory: RolloutMemory,
  records: Found['records'],
  read: (run: string) => Promise<Found | undefined>,
): Promise<Part[]> {
  const begun = memory.clusters.filter(({ run }) => run !== undefined);
  const inDetail = new Set(
    [...begun.filter(({ state }) => state !== 'ok'), ...begun.filter(({ state }) => state === 'ok')].slice(
      0,
      MOST_PARTS,
    ),
  );
  const parts: Part[] = [];
  for (const one of begun.filter((cluster) => inDetail.has(cluster))) {
    const found = await read(one.run!);
    const part = found && partOf(found);
    if (!part) continue;
    // The gate between two waves of clusters read this one, too.
    const gate = seriesOf(records.filter((record) => 'step' in record && record.step === one.cluster));
    const to = gate.flatMap(({ points }) => points).reduce((last, [at]) => Math.max(last, at), part.to);
    parts.push({ ...part, to, series: joined(part.series, gate) });
  }
  return parts;
}

function joined(own: Part['series'], later: Part['series']): Part['series'] {
  const titles = new Set(own.map(({ title }) => title));
  const both = own.map((series) => {
    const more = later.find(({ title }) => title === series.title)?.points ?? [];
    return { ...series, points: [...series.points, ...more].sort(([a], [b]) => a - b) };
  });
  return [...later.filter(({ title }) => !titles.has(title)), ...both];
}
