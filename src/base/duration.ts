import { usage } from './errors.ts';

const UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `5m`, `2h`, `7d`, `250ms`, `1h30m`; a bare number is refused. Throws a usage error naming `place`. */
export function parseDuration(text: string, place = 'duration'): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join('') !== text) {
    throw usage(`not a duration: ${JSON.stringify(text)}`, {
      place,
      expected: 'for example 90s, 5m, 2h or 1h30m',
    });
  }
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNIT[unit as keyof typeof UNIT], 0);
}

/** The most that a person waits for, and far below what a timer of Node can keep (24.8 days; beyond it fires at once). */
export const LONGEST_MS = 24 * 3_600_000;

/** The same within bounds. */
export function parseSpan(text: string, place: string, least: number, most: number): number {
  const ms = parseDuration(text, place);
  if (ms >= least && ms <= most) return ms;
  throw usage(`out of bounds: ${JSON.stringify(text)}`, {
    place,
    expected: `from ${formatDuration(least)} to ${formatDuration(most)}`,
  });
}

/** Short text of milliseconds: `850ms`, `4.2s`, `3m05s`, `2h00m`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const two = (n: number) => String(n).padStart(2, '0');
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
}
