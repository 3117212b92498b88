import { table } from '../output.ts';
import type { ClusterScore, WholeScore } from './results.ts';

/** The score of each cluster and of the whole, for people. */
export function clusterScores(scores: readonly ClusterScore[]): string[] {
  const { recovered, of, window, recovery } = wholeScore(scores);
  const rows = scores.map((one) => [
    one.cluster,
    String(one.workers),
    one.recovered ? 'recovered' : 'not recovered',
    seconds(one.timeToWindowSeconds),
    seconds(one.timeToRecoverySeconds),
  ]);
  return [
    ...table([['CLUSTER', 'WORKERS', 'STATE', 'WINDOW', 'RECOVERY'], ...rows]),
    `${recovered} of ${of} clusters recovered`,
    `window: half of them within ${seconds(window.medianSeconds)}, all within ${seconds(window.lastSeconds)}`,
    `recovery: half of them within ${seconds(recovery.medianSeconds)}, all within ${seconds(recovery.lastSeconds)}`,
  ];
}

export function wholeScore(scores: readonly ClusterScore[]): WholeScore {
  return {
    recovered: scores.filter(({ recovered }) => recovered).length,
    of: scores.length,
    window: timesOf(scores.map((one) => one.timeToWindowSeconds)),
    recovery: timesOf(scores.map((one) => one.timeToRecoverySeconds)),
  };
}

function timesOf(times: (number | null)[]): WholeScore['window'] {
  // What never happened comes after all that did.
  const sorted = [...times].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  return {
    medianSeconds: sorted[Math.ceil(sorted.length / 2) - 1] ?? null,
    lastSeconds: sorted.at(-1) ?? null,
  };
}

const seconds = (time: number | null): string => (time === null ? 'never' : `${time.toFixed(1)}s`);
