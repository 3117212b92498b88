import { formatDuration } from '../../base/duration.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import { table } from '../output.ts';
import { type Beat, spark } from './pulses.ts';
import type { Played } from './result.ts';

const LABEL = 'saved by held names  '.length;
const LEAST = 20;
const MOST = 72;

/** How the outage went over time, a row of blocks for each value. */
export function chartLines(beats: readonly Beat[], columns: number): string[] {
  const last = beats.at(-1);
  if (!last || beats.length < 2) return [];
  const width = Math.min(MOST, Math.max(LEAST, columns - LABEL - 22));
  const row = (name: string, values: number[], end: string) =>
    `${name.padEnd(LABEL)}${spark(values, width)}  ${end}`;
  const mostErrors = beats.reduce((n, { errors = 0 }) => Math.max(n, errors), 0);
  const lines = [
    row(
      'API servers ready',
      beats.map(({ ready, of }) => ready / Math.max(1, of)),
      `${last.ready} of ${last.of}`,
    ),
    row(
      'failed answers',
      beats.map(({ errors = 0 }) => errors / 100),
      `${mostErrors}% → ${last.errors ?? 0}%`,
    ),
  ];
  if (last.lost !== undefined)
    lines.push(
      row(
        'user requests lost',
        beats.map(({ lost = 0 }) => lost / Math.max(1, last.lost!)),
        `${last.lost} in all`,
      ),
    );
  if (last.saved !== undefined)
    lines.push(
      row(
        'saved by held names',
        beats.map(({ saved = 0 }) => saved / Math.max(1, last.saved!)),
        `${last.saved} in all`,
      ),
    );
  const shown = Math.min(width, beats.length);
  const end = formatDuration(last.at);
  lines.push(`${' '.repeat(LABEL)}0s${end.padStart(Math.max(end.length + 1, shown - 2))}`);
  return lines;
}

/** What the lab saw of each workstream's work. */
export function boughtLines({ report: { bought } }: LabStatus, { verdict, evacuation }: Played): string[] {
  const streams = [...(evacuation?.away.workstreams ?? []), ...(verdict?.workstreams ?? [])];
  const rows = streams.map(({ name, state, startedAt, endedAt }) => {
    const ms = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
    return [name, state, ms === undefined ? '-' : formatDuration(Math.max(0, ms)), bought[name] ?? ''];
  });
  return rows.length === 0 ? [] : table([['WORKSTREAM', 'STATE', 'TOOK', 'WHAT THE LAB SAW'], ...rows]);
}

/** What to try by hand next: three commands. */
export function nowYou(status: LabStatus, scenario: string | undefined): string[] {
  const {
    practice,
    cluster,
    clusters,
    report: { score },
  } = status;
  const up = scenario === undefined ? 'fireaxe drill up' : `fireaxe drill up --scenario ${score.scenario}`;
  const [first = 'fireaxe status'] = practice;
  return [
    'now you: the first command prints the line that names its kit',
    ...[up, clusters.length > 1 ? `fireaxe probe -c ${cluster}` : 'fireaxe probe', first].map(
      (command) => `  ${command}`,
    ),
  ];
}
