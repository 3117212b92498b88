import { formatDuration } from '../../base/duration.ts';
import { formatClock } from '../../base/time.ts';
import type { Lane, Stretch } from '../lanes.ts';
import { type Markup, markup } from '../page/markup.ts';
import type { Axis } from './axis.ts';
import { grid, WIDTH } from './plot.ts';

const ROW = 30;
const BAR = 20;
/** Of a character in a bar. */
const CHARACTER = 6.6;

/** Workstreams below each other, and in each what it did when. */
export function swimlanes(lanes: Lane[], axis: Axis, end: number): Markup {
  const rows = lanes.filter(({ stretches }) => stretches.length > 0);
  const height = rows.length * ROW + 26;
  return markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="workstreams over time; the table below has the same as text">
${grid(axis, height)}
${rows.map((lane, i) => row(lane, axis, end, i * ROW + 5))}
</svg>`;
}

function row(lane: Lane, axis: Axis, end: number, top: number): Markup {
  return markup`<text class="lane end" x="${axis.left - 10}" y="${top + 14}">${short(lane.name, 22)}<title>${lane.name}: ${lane.title}</title></text>
${lane.stretches.map((stretch) => bar(stretch, axis, end, top))}`;
}

function bar(stretch: Stretch, axis: Axis, end: number, top: number): Markup {
  const { step, title, from, to = end, state } = stretch;
  const x = axis.x(from);
  const width = Math.max(2, axis.x(to) - x);
  const room = Math.floor((width - 8) / CHARACTER);
  const name = room >= 3 ? short(step, room) : '';
  const ran =
    stretch.to === undefined ? 'its end is not in the journal' : formatDuration(Math.max(0, to - from));
  return markup`<g><title>${step}: ${title}: ${state}, from ${formatClock(new Date(from))}, ${ran}</title><rect class="bar ${classOf(state)} ${stretch.kind === 'gate' || stretch.kind === 'ask' ? 'gate' : ''}" x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>${
    name !== '' && markup`<text class="in-bar" x="${(x + 4).toFixed(1)}" y="${top + 14}">${name}</text>`
  }</g>`;
}

/** States that have a color. */
export function classOf(state: string): string {
  if (['done', 'ok', 'recovered'].includes(state)) return 'good';
  if (['failed', 'guard', 'timed-out', 'unreachable'].includes(state)) return 'bad';
  return ['partial', 'stopped', 'interrupted', 'unknown', 'open'].includes(state) ? 'warn' : 'plain';
}

function short(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(1, most - 1)).join('')}…`;
}
