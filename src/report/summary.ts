import type { Incident } from './incident.ts';

/** How long it took; undefined where the journal has no end. */
export function lastedMs({ startedAt, endedAt }: Incident): number | undefined {
  return endedAt === undefined ? undefined : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}

/** `0 → 3 of 3`: of the one cluster that the report is about. */
export function readyText({ parts, rollout }: Incident): string | undefined {
  const series = parts[0]?.series.find(({ title }) => title === 'API servers ready');
  if (rollout || !series) return undefined;
  const [first, last] = [series.points[0]![1], series.points.at(-1)![1]];
  return `${first} → ${last}${series.unit}`;
}

/** Targets that changes are still in force on, over the clusters that are shown. */
export function standingCount({ parts }: Incident): number {
  return parts.flatMap(({ standing }) => standing).reduce((sum, { targets }) => sum + targets.length, 0);
}
