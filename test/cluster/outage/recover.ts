import type { JournalRecord } from '../../../src/run/types.ts';
import type { Cluster } from '../cluster.ts';
import { type Fireaxe, stateOf } from '../fireaxe.ts';
import { flood, pad } from '../flood.ts';
import { type Reading, record } from '../record.ts';
import { readingLines, report, secondsUntil, timelineOf } from '../report.ts';
import { memoryKills } from '../truth.ts';
import { settled } from '../well.ts';

const PHASES = [
  ...['pause', 'hold', 'fence', 'start', 'window', 'remove', 'start-again', 'steady'],
  ...['unfence', 'fresh', 'unpause', 'release', 'start-last', 'recovered'],
];

export interface Recovery {
  state: string;
  stderr: string;
  journal: JournalRecord[];
  readings: Reading[];
}

/** Floods a healthy cluster until no API server is ready. */
export async function breakDown(cluster: Cluster, title: string): Promise<void> {
  await settled(cluster);
  const kills = memoryKills();
  await pad(cluster);
  const seconds = await flood(cluster);
  report(`flood ${title}`, [
    `no API server ready ${seconds} s after the offender was deployed; memory kills ${memoryKills() - kills}`,
  ]);
}

/** Runs control-plane-lockout with these parameters on a flooded cluster, while the state of the cluster is recorded. */
export async function recover(
  cluster: Cluster,
  fireaxe: Fireaxe,
  title: string,
  params: string[] = [],
): Promise<Recovery> {
  const began = Date.now();
  const recording = record(cluster);
  const ended = await fireaxe.run(
    // There is no cloud here, so nothing to scale.
    ...['run', 'control-plane-lockout', '-p', 'bigger-servers=false'],
    ...params.flatMap((param) => ['-p', param]),
    ...['--reason', 'cluster test', '--output', 'json'],
    // The workers take part only in a hold.
    ...['--confirm', `lab ${params.includes('fewer-clients=false') ? 3 : 5 + cluster.facts.hollow.length}`],
  );
  const readings = await recording.stop();
  const journal = fireaxe.journal();
  const times = PHASES.map((step) => {
    const seconds = secondsUntil(journal, step, ['done', 'partial', 'failed', 'stopped']);
    return `${step} ${seconds ?? '-'}`;
  });
  report(title, [
    `exit ${ended.code} after ${Math.round((Date.now() - began) / 1000)} s`,
    `seconds until each step ended: ${times.join(', ')}`,
    ...timelineOf(journal),
    'state of the cluster:',
    ...readingLines(readings, began),
    'what the command line printed:',
    ended.stderr,
  ]);
  return { state: stateOf(ended), stderr: ended.stderr, journal, readings };
}

/** The readings in which some endpoint of `shop` was not ready, although its pod ran. */
export function endpointsLost(readings: Reading[]): Reading[] {
  return readings.filter(({ shop }) => shop && (shop.ready !== 40 || shop.notReady > 0));
}
