import { formatDuration } from '../../base/duration.ts';
import { formatClock } from '../../base/time.ts';
import { type Markup, markup } from '../page/markup.ts';
import type { Series } from '../series.ts';
import type { Axis } from './axis.ts';

export const WIDTH = 960;
const TOP = 8;
const BOTTOM = 84;
const HEIGHT = 104;

/** One series as a picture: the value stands until the next one, as it was read. */
export function plot(series: Series, axis: Axis): Markup {
  const top = topOf(series);
  const y = (value: number) => round(BOTTOM - (Math.min(Math.max(value, 0), top) / top) * (BOTTOM - TOP));
  const points = thinned(series.points.map(([at, value]) => ({ at, value, x: round(axis.x(at)) })));
  const line = points
    .map(({ x, value }, i) => (i === 0 ? `M${x} ${y(value)}` : `H${x}V${y(value)}`))
    .join('');
  const [first, last] = [points[0]!, points.at(-1)!];
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${spoken(series)}">
${grid(axis, HEIGHT)}
<line class="rule" x1="${axis.left}" x2="${axis.right}" y1="${BOTTOM}" y2="${BOTTOM}"/>
<text class="label end" x="${axis.left - 8}" y="${BOTTOM}">0</text>
<text class="label end" x="${axis.left - 8}" y="${TOP + 6}">${numberText(top)}${series.unit === ' %' && ' %'}</text>
<path class="area" d="${line}V${BOTTOM}H${first.x}Z"/>
<path class="line" d="${line}"/>
${points.map(
  ({ at, value, x }) =>
    markup`<circle class="point" cx="${x}" cy="${y(value)}" r="${points.length > 120 ? 1 : 2.5}"><title>${formatClock(new Date(at))}: ${numberText(value)}${series.unit}</title></circle>`,
)}
<circle class="last" cx="${last.x}" cy="${y(last.value)}" r="4"/>
</svg>`;
}

/** Lines for the time below and through a picture, and marks where time is cut out. */
export function grid(axis: Axis, height: number): Markup {
  const bottom = height - 20;
  return markup`${axis.ticks.map(
    ({ x, text }) =>
      markup`<line class="grid" x1="${round(x)}" x2="${round(x)}" y1="4" y2="${bottom}"/><text class="label ${x > axis.right - 40 ? 'end' : x < axis.left + 40 ? '' : 'middle'}" x="${round(x)}" y="${height - 5}">${text}</text>`,
  )}${axis.cuts.map(
    ({ x, ms }) =>
      markup`<rect class="cut" x="${round(x - 5)}" y="4" width="10" height="${bottom - 4}"><title>nothing for ${formatDuration(ms)}</title></rect>`,
  )}`;
}

/** What a picture says, in words: also for those who do not see it. */
export function spoken({ title, unit, points }: Series): string {
  const values = points.map(([, value]) => value);
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const at = (point: [number, number]) =>
    `${numberText(point[1])}${unit} at ${formatClock(new Date(point[0]))}`;
  const range = low === high ? '' : `, between ${numberText(low)} and ${numberText(high)}`;
  return `${title}: ${at(points[0]!)}${range}${points.length > 1 ? `, ${at(points.at(-1)!)}` : ''}`;
}

export const numberText = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 1 });

const round = (value: number) => Math.round(value * 10) / 10;

/** The top of the scale: what the value can be at most, else a round number above it. */
function topOf({ points, most }: Series): number {
  const high = points.reduce((n, [, value]) => Math.max(n, value), 0);
  if (most !== undefined && most > 0) return Math.max(most, high);
  if (high >= 1 && high <= 10) return high;
  const size = 10 ** Math.floor(Math.log10(Math.max(high, 1)));
  return [1, 2, 5, 10].map((n) => n * size).find((n) => n >= high) ?? Math.max(high, 1);
}

interface Point {
  at: number;
  value: number;
  x: number;
}

/** At most the first, the last and both extremes of each two pixels. */
function thinned(points: Point[]): Point[] {
  if (points.length < 300) return points;
  const columns = new Map<number, Point[]>();
  for (const point of points) {
    const column = Math.floor(point.x / 2);
    const known = columns.get(column);
    if (known) known.push(point);
    else columns.set(column, [point]);
  }
  return [...columns.values()].flatMap((all) => {
    const by = (better: (a: Point, b: Point) => boolean) => all.reduce((a, b) => (better(b, a) ? b : a));
    const kept = new Set([
      all[0]!,
      by((a, b) => a.value < b.value),
      by((a, b) => a.value > b.value),
      all.at(-1)!,
    ]);
    return all.filter((point) => kept.has(point));
  });
}
