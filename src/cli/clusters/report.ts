import { foldLine } from '../../base/fold-names.ts';
import { EXIT } from '../exit-codes.ts';
import type { Sink } from '../output.ts';
import type { ErrorJson } from '../results/failure.ts';
import type { Result } from '../results/results.ts';
import type { Total } from '../results/several.ts';

/** How the reading of one of several clusters ended. */
export interface ClusterEnd {
  cluster: string;
  exit: number;
  /** Of what was read; they add up over the clusters. */
  counts?: Record<string, number>;
  /** None of its nodes is selected. */
  noNodes?: true;
  error?: ErrorJson;
}

/** The sink of one of several clusters: its lines are kept until it ended, so that clusters do not mix. */
export interface ClusterSink extends Sink {
  lines: string[];
  value?: Result;
}

/** Shows several clusters, each under its name as soon as it ended, and all of them in total. */
export function severalClusters(sink: Sink) {
  const list = sink.list('clusters');
  let shown = 0;
  return {
    sinkOf(cluster: string): ClusterSink {
      const lines: string[] = [];
      const own: ClusterSink = {
        ...sink,
        lines,
        text: (line) => lines.push(line),
        json: (value) => {
          own.value = value;
        },
        event: (value) => sink.event({ cluster, ...value }),
        note: (line) => sink.note(`${cluster}: ${line}`),
      };
      return own;
    },
    ended({ lines, value }: ClusterSink, { cluster, exit, noNodes, error }: ClusterEnd): void {
      if (lines.length > 0) {
        if (shown++ > 0) sink.text('');
        sink.text(`${cluster}:`);
        for (const line of lines) sink.text(line === '' ? '' : `  ${line}`);
      }
      for (const line of error ? errorLines(error) : []) sink.note(`${cluster}: ${line}`);
      list.add({ cluster, exit, ...(noNodes && { noNodes }), ...value, ...(error && { error }) });
    },
    total(ends: ClusterEnd[]): void {
      const total = totalOf(ends);
      list.end({ total });
      sink.note(totalLine(total));
    },
  };
}

/** Each cluster is ok, not ok, or has none of the selected nodes. */
function totalOf(ends: ClusterEnd[]): Total {
  const names = (some: ClusterEnd[]) => some.map(({ cluster }) => cluster).sort();
  const notOk = ends.filter(({ exit }) => exit !== EXIT.done);
  const noNodes = ends.filter((end) => end.noNodes === true);
  const counts: Record<string, number> = {};
  for (const end of ends)
    for (const [name, count] of Object.entries(end.counts ?? {})) counts[name] = (counts[name] ?? 0) + count;
  return {
    clusters: ends.length,
    ok: ends.length - notOk.length - noNodes.length,
    notOk: names(notOk),
    noNodes: names(noNodes),
    counts,
  };
}

function totalLine({ clusters, ok, notOk, noNodes, counts }: Total): string {
  const parts = [
    `${ok} ok`,
    ...(notOk.length > 0 ? [`${notOk.length} not ok: ${foldLine(notOk)}`] : []),
    ...(noNodes.length > 0 ? [`${noNodes.length} without such nodes`] : []),
    ...Object.entries(counts).map(([name, count]) => `${name}: ${count}`),
  ];
  return `total of ${clusters} clusters: ${parts.join('; ')}`;
}

function errorLines({ message, place, expected, next }: ErrorJson): string[] {
  return [
    message,
    ...(place === undefined ? [] : [`  at: ${place}`]),
    ...(expected === undefined ? [] : [`  expected: ${expected}`]),
    ...(next === undefined ? [] : [`  next: ${next}`]),
  ];
}
