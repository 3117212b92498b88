import { formatDuration } from '../base/duration.ts';
import type { NodeReading, Offender } from './types.ts';

/** Older than this is not new: whatever broke the cluster came later. */
const DAY_SECONDS = 86_400;

/**
 * Where hardly an API server answers, there may be no connection to count. Then the pods that were made last, on most of the nodes
 * and clearly later than the next ones, are suspected.
 */
export function suspectNewest(all: Offender[], nodes: NodeReading[]): void {
  const servers = nodes.flatMap(({ served }) => served ?? []);
  if (servers.length === 0 || servers.filter(({ answers }) => answers).length > servers.length / 2) return;
  const workers = nodes.filter(({ reached, controlPlane }) => reached && !controlPlane).length;
  const wide = all
    .filter((one) => !one.part && one.ageSeconds && one.where.every(({ kind }) => kind === 'pod'))
    .filter((one) => one.nodes.length > workers / 2)
    .sort((a, b) => a.ageSeconds!.most - b.ageSeconds!.most);
  const [first, second] = wide;
  if (!first || first.ageSeconds!.most > DAY_SECONDS) return;
  if (second && second.ageSeconds!.most < 2 * first.ageSeconds!.most) return;
  const age = formatDuration(first.ageSeconds!.most * 1000);
  first.reasons.push(
    `made last of all pods on these nodes, ${age} ago; hardly an API server answers, so connections tell little`,
  );
}
