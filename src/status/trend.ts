import type { Status } from './types.ts';
import { errorPercent } from './verdict.ts';

const BARS = '▁▂▃▄▅▆▇█';
/** Readings that a trend shows. */
export const MOST = 40;

/** One bar a reading, from nothing to `most`; a space where a reading has no value. */
export function sparkline(values: (number | undefined)[], most: number): string {
  return values
    .slice(-MOST)
    .map((value) => {
      if (value === undefined) return ' ';
      const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
      return BARS[Math.round(share * (BARS.length - 1))];
    })
    .join('');
}

/** What the last readings show, oldest first. */
export function trendLines(history: Status[]): string[] {
  if (history.length < 2) return [];
  const of = history.at(-1)!.servers.of;
  const connections = history.map(({ servers }) => sum(servers.servers.map((server) => server.connections)));
  const highest = Math.max(1, ...connections.map((n) => n ?? 0));
  const rows: [string, (number | undefined)[], number, string][] = [
    ['ready servers', history.map(({ servers }) => servers.answering), of, `of ${of}`],
    ['errors', history.map(({ servers }) => servers.errorPercent ?? errorPercent(servers)), 100, 'of 100%'],
    ['connections', connections, highest, `of ${highest}`],
  ];
  return rows.map(
    ([name, values, most, unit]) =>
      `${name.padEnd(14)}${sparkline(values, most)}  ${values.at(-1) ?? '-'} ${unit}`,
  );
}

function sum(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) : undefined;
}
