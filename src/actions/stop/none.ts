import { nodesText } from '../../base/counts-line.ts';
import { nearest } from '../../base/nearest.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { HoldParams } from './hold.ts';
import { describeProcesses, namesProcesses } from './processes.ts';

/** The kernel keeps 15 bytes of a name. */
const KERNEL_NAME = 15;

/** What a hold found on none of these nodes, with the nearest name that runs there; undefined where any node found some. */
export function foundNone(
  p: HoldParams & { pods?: string | undefined },
  results: NodeResult[],
): string | undefined {
  if (p.unit !== undefined || results.length === 0 || results.some((r) => r.data?.found !== '0'))
    return undefined;
  const many = namesProcesses(p) ? describeProcesses(p) : `pods ${p.pods}`;
  const what = p.process === undefined ? many : many.replace(/^processes/, 'process');
  const where = results.length === 1 ? 'on the node' : `on any of ${nodesText(results.length)}`;
  return `no ${what} ${where}${nearestOf(p.process, results)}; the hold waits for any that start`;
}

function nearestOf(name: string | undefined, results: NodeResult[]): string {
  const nodes = new Map<string, number>();
  for (const { data } of results)
    for (const running of new Set(data?.names?.split(' ') ?? []))
      if (running !== '') nodes.set(running, (nodes.get(running) ?? 0) + 1);
  const meant = name === undefined ? undefined : nearest(name.slice(0, KERNEL_NAME), nodes.keys());
  return meant === undefined
    ? ''
    : `; the nearest running name is ${meant}, on ${nodesText(nodes.get(meant)!)}`;
}
